"""What every feature of accounts stands on: persons, units, roles, the vault, the edge."""
