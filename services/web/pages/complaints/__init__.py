"""Complaints, answered with a reason."""
