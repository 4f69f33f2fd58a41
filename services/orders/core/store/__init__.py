"""The tables of orders and of who people are, and how they are loaded, locked and saved."""
