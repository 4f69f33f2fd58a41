"""The HTTP edge of the ledger."""
