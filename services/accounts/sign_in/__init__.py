"""Passwords, codes, sessions, and the keys of tokens."""
