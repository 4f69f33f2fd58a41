"""Credit that changes hands without help: gifts to relatives, donations to the pool, exchanges for goods."""
