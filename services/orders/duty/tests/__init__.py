"""Duty as the whole service keeps it."""
