"""Applying to be a volunteer, without an account."""
