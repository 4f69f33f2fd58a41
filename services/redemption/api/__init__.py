"""The HTTP edge: what callers may send, and what they get."""
