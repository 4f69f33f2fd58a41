"""Who is on leave, and who stands in."""
