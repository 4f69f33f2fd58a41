"""Who could help with an order."""
