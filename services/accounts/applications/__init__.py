"""Somebody new gets in: who applies to be a volunteer, what it waits for, and the two who make her active."""
