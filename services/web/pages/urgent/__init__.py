"""Urgent calls and who is on duty: for whoever calls, whoever is told, and whoever sets the roster."""
