"""Reads of gifts, donations and exchanges: plain SQL, no lock, no rule."""

from services.redemption.core.store.lists import PEOPLE_BELOW, Listing, Row
from services.redemption.gifts.rules import CreditKind

TOLD_STATES = ("requested", "done", "reversed")
"""In which a gift is shown to its receiver."""
_TOLD = ", ".join(f"'{state}'" for state in TOLD_STATES)


def credit_requests(kind: CreditKind) -> Listing:
    """Return the list of gifts (given, or received once they were given), of donations or of exchanges."""
    return Listing(
        f"""
        SELECT {kind}_id, kind, state, code, giver_id, receiver_id, amount_minutes AS minutes, district_id,
            requested_by, acting_for, policy_version, requested_at, lapses_at, decided_by, decided_at, decision_why
        FROM (SELECT *, request_id AS {kind}_id FROM credit_request WHERE kind = '{kind}') AS of_kind""",
        at="requested_at",
        key=f"{kind}_id",
        narrowed={
            "person": f"(giver_id = :person OR (receiver_id = :person AND state IN ({_TOLD})))",
            "unit": f"giver_id IN ({PEOPLE_BELOW})",
            "state": "state = :state",
        },
    )


def told(row: Row | None) -> Row | None:
    """Return a gift with whom it is shown to: its receiver once the giver's side has given it, and not before."""
    return row and row | {"told_id": row["receiver_id"] if row["state"] in TOLD_STATES else None}


DECIDED = """
    SELECT request_id AS id, state FROM credit_request WHERE request_id = ANY(:ids) AND state <> 'requested'"""
"""Which wait for nothing any more."""
