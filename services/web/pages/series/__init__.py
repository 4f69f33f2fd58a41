"""Help that comes every week: asking, the days to come, a change that is shown first, and what stopped being made."""
