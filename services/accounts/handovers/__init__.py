"""What waits for a member of staff goes to a colleague when they leave; what nobody took stands on a list."""
