"""One verb per file: how help is asked for, funded and given up."""
