"""The number that opens an account, and how it is changed."""
