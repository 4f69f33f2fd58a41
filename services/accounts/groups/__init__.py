"""Groups of volunteers."""
