"""Marks of volunteers who did not come, or gave up late."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from libs.db.prepared import Prepared
from services.orders.core.store import memo
from services.orders.core.store.facts import Ask, Rows, ask
from services.orders.core.store.tables import mark

MARK_DAYS = 90
NO_SHOWS_MAX = 1000
_NO_SHOWS = Prepared(
    sa.select(mark.c.at)
    .where(mark.c.volunteer_id == sa.bindparam("volunteer_id"), mark.c.kind == "no_show")
    .order_by(mark.c.at.desc())
    .limit(NO_SHOWS_MAX)
)


def add_mark(connection: Connection, order_id: UUID, volunteer_id: UUID, kind: str, at: datetime) -> None:
    """Mark a volunteer."""
    connection.execute(sa.insert(mark).values(order_id=order_id, volunteer_id=volunteer_id, kind=kind, at=at))


def no_shows_of(connection: Connection, volunteer_id: UUID) -> list[datetime]:
    """Return when the volunteer did not appear."""

    def read() -> list[datetime]:
        return _NO_SHOWS.scalars(connection, {"volunteer_id": volunteer_id})

    return memo.get_or(connection, ("no shows", volunteer_id), read)


def ask_no_shows(volunteer_id: UUID) -> Ask:
    """Ask when the volunteer did not appear."""

    def remember(connection: Connection, rows: Rows) -> None:
        memo.put(connection, ("no shows", volunteer_id), [row["at"] for row in rows])

    return ask(_NO_SHOWS, {"volunteer_id": volunteer_id}, remember)


def marks_of(connection: Connection, volunteer_id: UUID, now: datetime) -> dict[str, int]:
    """Return the marks of the last 90 days by kind."""
    since = now - timedelta(days=MARK_DAYS)
    query = sa.select(mark.c.kind, sa.func.count()).where(mark.c.volunteer_id == volunteer_id, mark.c.at > since)
    counts: dict[str, int] = {row[0]: row[1] for row in connection.execute(query.group_by(mark.c.kind))}
    return {"no_shows": counts.get("no_show", 0), "late_cancellations": counts.get("late_cancellation", 0)}
