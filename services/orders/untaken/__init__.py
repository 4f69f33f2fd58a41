"""Help that nobody takes: its recipient is asked what now, and who else serves is followed to its outcome."""
