"""Reads of estates: plain SQL, no lock, no rule."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from services.redemption.core.store.lists import ProposalFilter, Row, find_one, list_proposals

_ESTATE = """
    SELECT estate_id, person_id, district_id, to_person_id, state, code, proposed_by, proposed_at, lapses_at, why,
        decided_by, decided_at, decision_why
    FROM estate"""


def find_estate(connection: Connection, estate_id: UUID) -> Row | None:
    """Return an estate's settlement."""
    return find_one(connection, f"{_ESTATE} WHERE estate_id = :id", estate_id)


def list_estates(
    connection: Connection, wanted: ProposalFilter, *, before: tuple[datetime, UUID] | None, limit: int
) -> list[Row]:
    """Return estates proposed and decided, newest first."""
    return list_proposals(connection, _ESTATE, "estate_id", wanted, before=before, limit=limit)


DECIDED = """
    SELECT estate_id AS id, state FROM estate WHERE estate_id = ANY(:ids) AND state <> 'requested'"""
"""Which wait for nothing any more."""
