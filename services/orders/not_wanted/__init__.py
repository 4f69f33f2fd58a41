"""Whom a recipient does not want: a word that bars a volunteer from their visits, and that the volunteer never sees."""
