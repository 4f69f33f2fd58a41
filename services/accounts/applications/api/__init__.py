"""What anybody may ask, and what the desk may."""
