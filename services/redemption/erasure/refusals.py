"""What stands against an erasure."""
