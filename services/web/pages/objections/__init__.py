"""Objections to hours and appeals: both sides' page, and the list of who answers."""
