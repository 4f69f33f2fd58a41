"""Somebody, found by staff: and what two people decide about them."""
