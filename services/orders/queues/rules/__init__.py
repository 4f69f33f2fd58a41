"""What is said of an order that waits."""
