"""People from tables, and tables of people."""
