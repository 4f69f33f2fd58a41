"""Reads of estates: plain SQL, no lock, no rule."""

from services.redemption.core.store.lists import PEOPLE_BELOW, Listing

ESTATES = Listing(
    """
    SELECT estate_id, person_id, district_id, to_person_id, state, code, proposed_by, proposed_at, lapses_at, why,
        decided_by, decided_at, decision_why
    FROM estate""",
    at="proposed_at",
    key="estate_id",
    narrowed={
        "person": "person_id = :person",
        "unit": f"person_id IN ({PEOPLE_BELOW})",
        "state": "state = :state",
    },
)
"""What is proposed and decided."""


DECIDED = """
    SELECT estate_id AS id, state FROM estate WHERE estate_id = ANY(:ids) AND state <> 'requested'"""
"""Which wait for nothing any more."""
