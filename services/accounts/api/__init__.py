"""The HTTP edge of accounts: schemas and resources."""
