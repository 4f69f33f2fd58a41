"""Offers, taking, the door, check-in and check-out, no-shows."""
