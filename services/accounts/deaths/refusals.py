"""What deaths refuses, and why, in two languages."""
