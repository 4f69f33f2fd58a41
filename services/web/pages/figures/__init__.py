"""The figures of a month, their charts, and the rows behind each."""
