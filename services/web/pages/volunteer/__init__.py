"""The volunteer's pages, for a phone first: near me, at the door, hours and credit kept apart."""
