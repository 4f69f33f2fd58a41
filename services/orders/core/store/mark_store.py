"""Marks of volunteers who did not come, or gave up late."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from services.orders.core.store.tables import mark

MARK_DAYS = 90
NO_SHOWS_MAX = 1000


def add_mark(connection: Connection, order_id: UUID, volunteer_id: UUID, kind: str, at: datetime) -> None:
    """Mark a volunteer."""
    connection.execute(sa.insert(mark).values(order_id=order_id, volunteer_id=volunteer_id, kind=kind, at=at))


def no_shows_of(connection: Connection, volunteer_id: UUID) -> list[datetime]:
    """Return when the volunteer did not appear."""
    query = sa.select(mark.c.at).where(mark.c.volunteer_id == volunteer_id, mark.c.kind == "no_show")
    return list(connection.execute(query.order_by(mark.c.at.desc()).limit(NO_SHOWS_MAX)).scalars())


def marks_of(connection: Connection, volunteer_id: UUID, now: datetime) -> dict[str, int]:
    """Return the marks of the last 90 days by kind."""
    since = now - timedelta(days=MARK_DAYS)
    query = sa.select(mark.c.kind, sa.func.count()).where(mark.c.volunteer_id == volunteer_id, mark.c.at > since)
    found: dict[str, int] = {row[0]: row[1] for row in connection.execute(query.group_by(mark.c.kind))}
    return {"no_shows": found.get("no_show", 0), "late_cancellations": found.get("late_cancellation", 0)}
