"""Disputes, their decision, and reversals."""
