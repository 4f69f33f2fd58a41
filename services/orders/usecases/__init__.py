"""One verb per file: what people do with orders."""
