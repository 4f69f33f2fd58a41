"""The street checker: second checks and disputes, with the evidence beside the decision."""
