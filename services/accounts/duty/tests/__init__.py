"""What is told of urgent calls, by which ways."""
