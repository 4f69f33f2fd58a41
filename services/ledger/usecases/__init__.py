"""What the ledger does, one verb per file."""
