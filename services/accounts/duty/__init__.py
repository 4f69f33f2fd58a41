"""Telling those on duty of urgent calls, and callers what became of theirs."""
