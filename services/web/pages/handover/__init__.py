"""Who left or leaves, what waits for them, and who takes it over."""
