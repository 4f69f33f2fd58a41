"""Who is on duty, and who of them answers an urgent call."""
