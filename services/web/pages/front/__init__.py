"""What anybody reads without signing in: the rules, the supply, how to check a receipt."""
