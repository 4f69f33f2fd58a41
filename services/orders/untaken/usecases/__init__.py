"""One verb of the feature per file."""
