"""Backups of a running embedded platform, and their restore: sealed, at one point, to a moment."""
