"""What a dead person leaves, settled by two people."""
