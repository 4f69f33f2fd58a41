"""One verb per file: how hours are confirmed, flagged and signed."""
