"""One verb of the service per file."""
