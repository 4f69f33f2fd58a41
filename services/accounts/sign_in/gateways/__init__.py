"""What is outside."""
