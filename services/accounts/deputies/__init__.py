"""Who is on leave, and who stands in: the role is lent for some days, the signatures stay everybody's own."""
