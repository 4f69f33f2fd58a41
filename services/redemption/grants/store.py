"""Runs of grants: what the ledger is asked to post, and its answers."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from libs.db.driver import pipelined, run
from libs.db.rows import claim_row
from services.redemption.core.store import directory
from services.redemption.grants import tables as t
from services.redemption.grants.rules import GrantRun

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%(district_id)s::text, 15))"


def lock_run(connection: Connection, grant_run_id: UUID, district_id: UUID) -> bool:
    """Let one run of a district be decided at a time; tell whether there is one of this id."""
    with pipelined(connection):
        run(connection, _LOCK, {"district_id": district_id})
        kept = claim_row(connection, t.grant_run, grant_run_id=grant_run_id)
    return kept.fetchone() is not None


def granted_in(connection: Connection, *, month: date, district_id: UUID) -> set[UUID]:
    """Return who of a district has this month's grant, or is in a run that waits for the ledger."""
    query = (
        sa.select(t.grant_line.c.person_id)
        .join(directory.DIRECTORY.person, directory.DIRECTORY.person.c.person_id == t.grant_line.c.person_id)
        .where(
            t.grant_line.c.month == month,
            t.grant_line.c.is_live,
            directory.DIRECTORY.person.c.district_id == district_id,
        )
    )
    return set(connection.execute(query).scalars())


def add_grant_run(connection: Connection, grants: GrantRun, *, requested_at: datetime) -> None:
    """Keep a run with its lines; one without lines has nothing to wait for."""
    connection.execute(
        t.grant_run.insert().values(
            grant_run_id=grants.grant_run_id,
            district_id=grants.district_id,
            month=grants.month,
            amount_minutes=grants.amount_minutes,
            requested_by=grants.requested_by,
            policy_version=grants.policy_version,
            requested_at=requested_at,
            state="requested" if grants.person_ids else "done",
        )
    )
    lines = [
        {"grant_run_id": grants.grant_run_id, "person_id": person_id, "month": grants.month, "is_live": True}
        for person_id in grants.person_ids
    ]
    if lines:
        connection.execute(t.grant_line.insert(), lines)


def find_grant_run_state(connection: Connection, grant_run_id: UUID) -> str | None:
    """Return the state of a run, for change."""
    query = sa.select(t.grant_run.c.state).where(t.grant_run.c.grant_run_id == grant_run_id).with_for_update()
    return connection.execute(query).scalar_one_or_none()


def save_grant_answer(connection: Connection, grant_run_id: UUID, *, state: str, code: str | None) -> None:
    """Keep the ledger's answer; a declined run leaves its people free for another."""
    connection.execute(
        t.grant_run.update().where(t.grant_run.c.grant_run_id == grant_run_id).values(state=state, code=code)
    )
    if state == "declined":
        lines = t.grant_line
        connection.execute(lines.update().where(lines.c.grant_run_id == grant_run_id).values(is_live=False))
