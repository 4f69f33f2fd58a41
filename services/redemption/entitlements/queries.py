"""Reads of purchased minutes: plain SQL, no lock, no rule."""

from datetime import date
from uuid import UUID

from sqlalchemy import Connection

from services.redemption.core.store.lists import PEOPLE_BELOW, Listing, Row
from services.redemption.entitlements import store

ENTITLEMENTS = Listing(
    """
    SELECT entitlement_id, person_id, district_id, minutes, to_char(from_month, 'YYYY-MM') AS from_month, state,
        proposed_by, proposed_at, lapses_at, why, decided_by, decided_at, decision_why
    FROM entitlement""",
    at="proposed_at",
    key="entitlement_id",
    narrowed={
        "person": "person_id = :person",
        "unit": f"person_id IN ({PEOPLE_BELOW})",
        "state": "state = :state",
    },
)
"""What is proposed and decided."""


def find_month(connection: Connection, *, person_id: UUID, month: date) -> Row:
    """Return a person's purchased minutes of a month."""
    entitled = store.find_month(connection, person_id=person_id, month=month)
    return {
        "person_id": person_id,
        "month": month.isoformat()[:7],
        "minutes": entitled.minutes,
        "available_minutes": entitled.available_minutes,
        "held_minutes": entitled.held_minutes,
        "used_minutes": entitled.used_minutes,
    }
