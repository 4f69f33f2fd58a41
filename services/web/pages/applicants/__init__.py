"""Who applied: the desk goes on with each, and two make a volunteer."""
