"""What people do in accounts: one verb per file."""
