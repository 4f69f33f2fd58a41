"""What accounts uses beside its database: passwords, tokens, preset files."""
