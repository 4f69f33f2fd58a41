"""What waits, and what is known around it."""
