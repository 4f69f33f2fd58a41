"""Reads of purchased minutes: plain SQL, no lock, no rule."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection

from services.redemption.core.store.lists import ProposalFilter, Row, find_one, list_proposals
from services.redemption.entitlements import store

_ENTITLEMENT = """
    SELECT entitlement_id, person_id, district_id, minutes, to_char(from_month, 'YYYY-MM') AS from_month, state,
        proposed_by, proposed_at, lapses_at, why, decided_by, decided_at, decision_why
    FROM entitlement"""


def find_entitlement(connection: Connection, entitlement_id: UUID) -> Row | None:
    """Return a proposal or decision."""
    return find_one(connection, f"{_ENTITLEMENT} WHERE entitlement_id = :id", entitlement_id)


def find_month(connection: Connection, *, person_id: UUID, month: date) -> Row:
    """Return a person's purchased minutes of a month."""
    found = store.find_month(connection, person_id=person_id, month=month)
    return {
        "person_id": person_id,
        "month": month.isoformat()[:7],
        "minutes": found.minutes,
        "available_minutes": found.available_minutes,
        "held_minutes": found.held_minutes,
        "used_minutes": found.used_minutes,
    }


def list_entitlements(
    connection: Connection, wanted: ProposalFilter, *, before: tuple[datetime, UUID] | None, limit: int
) -> list[Row]:
    """Return entitlements proposed and decided, newest first."""
    return list_proposals(connection, _ENTITLEMENT, "entitlement_id", wanted, before=before, limit=limit)
