"""Measurements; no test asserts a time."""
