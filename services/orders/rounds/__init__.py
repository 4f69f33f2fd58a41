"""Rounds: one volunteer, one span, and a stop at each of several recipients."""
