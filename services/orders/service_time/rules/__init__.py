"""What service time is worth, and how it is certified."""
