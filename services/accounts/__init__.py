"""accounts: who people are and what they may do.

Owns the organisation tree, persons (personal fields encrypted with a key per person), credentials and sessions, roles
scoped to the tree, qualifications, ability grades, hardship, relations, who may act for whom, programme policies, and
the log of who viewed whose personal data. It promises that no name, phone number or address ever leaves it by event,
that a granter can only grant where they reach, and that what needs two persons is never done by one.
"""
