"""Rules about the code itself, each with a planted violation that shows that the rule bites."""
