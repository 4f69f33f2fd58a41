"""Activities at venues: who signs up has a seat, which is an order; when it is full, others wait."""
