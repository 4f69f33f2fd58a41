"""The monthly figures of a unit, and the rows behind each."""
