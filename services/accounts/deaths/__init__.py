"""Deaths, and deaths found mistaken."""
