"""Accounts' question whether anything stands against ending the use of a person's data, answered for all features."""
