"""Reads of grant runs: plain SQL, no lock, no rule."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from services.redemption.core.store.lists import Row, find_one

_GRANT_RUN = """
    SELECT g.grant_run_id, g.district_id, to_char(g.month, 'YYYY-MM') AS month, g.amount_minutes, g.state, g.code,
        g.requested_by, g.policy_version, g.requested_at,
        (SELECT count(*) FROM grant_line l WHERE l.grant_run_id = g.grant_run_id)::int AS people
    FROM grant_run g"""


def find_grant_run(connection: Connection, grant_run_id: UUID) -> Row | None:
    """Return a grant run as callers see it."""
    return find_one(connection, f"{_GRANT_RUN} WHERE g.grant_run_id = :id", grant_run_id)


def list_grant_runs(
    connection: Connection, *, district_id: UUID, before: tuple[datetime, UUID] | None, limit: int
) -> list[Row]:
    """Return a district's grant runs, newest first."""
    terms: dict[str, Any] = {"limit": limit + 1, "district_id": district_id}
    older = ""
    if before is not None:
        older = "AND (g.requested_at, g.grant_run_id) < (:before_at, :before_id)"
        terms |= {"before_at": before[0], "before_id": before[1]}
    query = f"""{_GRANT_RUN} WHERE g.district_id = :district_id {older}
        ORDER BY g.requested_at DESC, g.grant_run_id DESC LIMIT :limit"""
    return [dict(row) for row in connection.execute(sa.text(query), terms).mappings()]


DECIDED = """
    SELECT grant_run_id AS id, state FROM grant_run WHERE grant_run_id = ANY(:ids) AND state <> 'requested'"""
"""Which wait for nothing any more."""
