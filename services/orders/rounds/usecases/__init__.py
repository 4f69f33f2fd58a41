"""Plan a round, and tick its stops."""
