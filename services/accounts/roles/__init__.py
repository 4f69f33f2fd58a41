"""Staff roles, given and ended by two; documents seen; what a role may do."""
