"""Registering, finding and looking at people; what changes about them."""
