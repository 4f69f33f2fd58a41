"""Who may see whose name and address, and who looked."""
