"""Emergencies and welfare checks."""
