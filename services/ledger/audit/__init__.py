"""The audit: everything the journal promises, checked from its rows alone; and what an operator should look at."""
