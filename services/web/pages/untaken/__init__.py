"""Help that nobody has taken: what now, where it goes, and what came of it."""
