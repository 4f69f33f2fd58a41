"""What waits in orders for exactly one person: shown, handed over, and left behind by who left."""
