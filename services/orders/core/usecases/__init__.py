"""Who acts, for whom, and what every change of an order has in common."""
