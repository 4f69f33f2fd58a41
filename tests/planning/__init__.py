"""How good a day's plan is: a greedy one beside it, and a checker that shares no code with either."""
