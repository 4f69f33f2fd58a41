"""One verb per file: how service time is entered and proved."""
