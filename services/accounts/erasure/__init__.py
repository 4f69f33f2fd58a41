"""The end of the use of somebody's data."""
