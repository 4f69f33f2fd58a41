"""This month's credit for key elders."""
