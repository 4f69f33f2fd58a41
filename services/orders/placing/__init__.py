"""Asking for help: placed, reviewed, funded, cancelled, expired."""
