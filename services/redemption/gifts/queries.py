"""Reads of gifts, donations and exchanges: plain SQL, no lock, no rule."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from services.redemption.core.store.lists import UNITS_BELOW, ProposalFilter, Row, find_one

TOLD_STATES = ("requested", "done", "reversed")
"""In which a gift is shown to its receiver."""


_CREDIT_REQUEST = """
    SELECT request_id, kind, state, code, giver_id, receiver_id, amount_minutes AS minutes, district_id, requested_by,
        acting_for, policy_version, requested_at, lapses_at, decided_by, decided_at, decision_why
    FROM credit_request"""


def find_credit_request(connection: Connection, request_id: UUID, kind: str) -> Row | None:
    """Return a gift, donation or exchange as callers see it, under its own name of id."""
    row = find_one(connection, f"{_CREDIT_REQUEST} WHERE request_id = :id AND kind = '{kind}'", request_id)
    return named_request(row) if row else None


def named_request(row: Row) -> Row:
    """Return the row with its id under the kind's own name."""
    return {f"{row['kind']}_id": row["request_id"]} | {name: row[name] for name in row if name != "request_id"}


def list_credit_requests(
    connection: Connection,
    wanted: ProposalFilter,
    kind: str,
    *,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Row]:
    """Return gifts (given or received), donations or exchanges of a person or of a unit's people, newest first."""
    terms: dict[str, Any] = {"limit": limit + 1, "kind": kind}
    conditions = ["kind = :kind"]
    if wanted.person_id:
        conditions.append("(giver_id = :person_id OR (receiver_id = :person_id AND state = ANY(:told_states)))")
        terms["told_states"] = list(TOLD_STATES)
        terms["person_id"] = wanted.person_id
    if wanted.unit_id:
        conditions.append(f"giver_id IN (SELECT person_id FROM person WHERE home_unit_id IN ({UNITS_BELOW}))")
        terms["unit_id"] = wanted.unit_id
    if wanted.state:
        conditions.append("state = :state")
        terms["state"] = wanted.state
    if before is not None:
        conditions.append("(requested_at, request_id) < (:before_at, :before_id)")
        terms |= {"before_at": before[0], "before_id": before[1]}
    query = f"""{_CREDIT_REQUEST} WHERE {" AND ".join(conditions)}
        ORDER BY requested_at DESC, request_id DESC LIMIT :limit"""
    return [dict(row) for row in connection.execute(sa.text(query), terms).mappings()]


DECIDED = """
    SELECT request_id AS id, state FROM credit_request WHERE request_id = ANY(:ids) AND state <> 'requested'"""
"""Which wait for nothing any more."""
