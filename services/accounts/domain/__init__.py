"""The rules of accounts, pure."""
