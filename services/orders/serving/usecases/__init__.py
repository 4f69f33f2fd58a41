"""One verb per file: how help is taken and given."""
