"""One verb per file: how a series is asked for, made day by day, changed and ended."""
