"""Honest and fraudulent behaviour, made up; how much of it flags and hints find, and what they suspect wrongly."""
