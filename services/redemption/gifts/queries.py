"""Reads of gifts, donations and exchanges: plain SQL, no lock, no rule."""

from typing import Any

import sqlalchemy as sa

from libs.http.lists import Answer, Condition, Listing, equals
from services.redemption.core.store.narrowing import at_home_within, below
from services.redemption.gifts.rules import CreditKind
from services.redemption.gifts.tables import credit_request

TOLD_STATES = ("requested", "done", "reversed")
"""In which a gift is shown to its receiver."""

_SHOWN = (
    "kind", "state", "code", "giver_id", "receiver_id", "district_id", "requested_by", "acting_for", "policy_version",
    "requested_at", "lapses_at", "decided_by", "decided_at", "decision_why",
)  # fmt: skip


def credit_requests(kind: CreditKind) -> Listing:
    """Return the list of gifts (given, or received once they were given), of donations or of exchanges."""
    asked = credit_request.c
    of_kind = sa.select(
        asked.request_id.label(f"{kind}_id"), asked.amount_minutes.label("minutes"), *(asked[name] for name in _SHOWN)
    )
    rows = of_kind.where(asked.kind == kind).subquery("of_kind")
    return Listing(
        sa.select(rows),
        order=(rows.c.requested_at, rows.c[f"{kind}_id"]),
        narrowed={
            "person": lambda person_id: _concerns(rows.c, person_id),
            "unit": at_home_within(rows.c.giver_id),
            "state": equals(rows.c.state),
        },
        scope=("person", "unit"),
        looked_up={"unit": below},
        newest_first=True,
    )


def _concerns(columns: Any, person_id: object) -> Condition:
    is_told = (columns.receiver_id == person_id) & columns.state.in_(TOLD_STATES)
    return sa.or_(columns.giver_id == person_id, is_told)


def told(row: Answer | None) -> Answer | None:
    """Return a gift with whom it is shown to: its receiver once the giver's side has given it, and not before."""
    return row and row | {"told_id": row["receiver_id"] if row["state"] in TOLD_STATES else None}


DECIDED = """
    SELECT request_id AS id, state FROM credit_request WHERE request_id = ANY(:ids) AND state <> 'requested'"""
"""Which wait for nothing any more."""
