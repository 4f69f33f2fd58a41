"""Stops of volunteers."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from libs.db import Connection
from libs.db.prepared import Prepared
from libs.db.rows import change_rows
from libs.http.lists import Listing, equals, one_of
from services.orders.core.store import memo
from services.orders.core.store.facts import Ask, Rows, ask
from services.orders.core.store.proposals import lock_row
from services.orders.core.store.tables import INSTANT, table_of
from services.orders.stops.rules import Stop

volunteer_stop = table_of(
    "volunteer_stop",
    "stop_id",
    stop_id=sa.Uuid,
    volunteer_id=sa.Uuid,
    unit_id=sa.Uuid,
    stopped_by=sa.Uuid,
    stopped_at=INSTANT,
    ends_at=INSTANT,
    why=sa.Text,
    lifted_by=sa.Uuid,
    lifted_at=INSTANT,
    lifted_why=sa.Text,
)
STOPS = Listing(
    sa.select(volunteer_stop),
    order=(volunteer_stop.c.stopped_at, volunteer_stop.c.stop_id),
    narrowed={"volunteer_id": equals(volunteer_stop.c.volunteer_id), "units": one_of(volunteer_stop.c.unit_id)},
    scope=("volunteer_id", "units"),
    newest_first=True,
)
_UNTIL = Prepared(
    sa.select(sa.func.max(volunteer_stop.c.ends_at).label("until")).where(
        volunteer_stop.c.volunteer_id == sa.bindparam("volunteer_id"), volunteer_stop.c.lifted_at.is_(None)
    )
)


def stopped_until(connection: Connection, volunteer_id: UUID) -> datetime | None:
    """Return until when a coordinator stopped the volunteer, also when that is past; None: nobody did."""

    def read() -> datetime | None:
        until: datetime | None = _UNTIL.scalar(connection, {"volunteer_id": volunteer_id})
        return until

    return memo.get_or(connection, ("stopped until", volunteer_id), read)


def ask_stopped_until(volunteer_id: UUID) -> Ask:
    """Ask as `stopped_until` does."""

    def remember(connection: Connection, rows: Rows) -> None:
        memo.put(connection, ("stopped until", volunteer_id), next((row["until"] for row in rows), None))

    return ask(_UNTIL, {"volunteer_id": volunteer_id}, remember)


def last_stop_by(connection: Connection, *, volunteer_id: UUID, by: UUID) -> datetime | None:
    """Return when somebody last stopped the volunteer."""
    mine = (volunteer_stop.c.volunteer_id == volunteer_id, volunteer_stop.c.stopped_by == by)
    return connection.execute(sa.select(sa.func.max(volunteer_stop.c.stopped_at)).where(*mine)).scalar()


def add_stop(connection: Connection, stop: Stop) -> bool:
    """Add a stop; False when its id is taken."""
    added = insert(volunteer_stop).values(asdict(stop)).on_conflict_do_nothing().returning(volunteer_stop.c.stop_id)
    return connection.execute(added).first() is not None


def lock_stop(connection: Connection, stop_id: UUID) -> Stop:
    """Return a stop, locked.

    Raises:
        RecordNotFoundError: there is none.
    """
    return Stop(**lock_row(connection, volunteer_stop, volunteer_stop.c.stop_id, stop_id))


def save_lifted(connection: Connection, stop: Stop) -> None:
    """Save that a stop was lifted."""
    lifted = {"lifted_by": stop.lifted_by, "lifted_at": stop.lifted_at, "lifted_why": stop.lifted_why}
    change_rows(connection, volunteer_stop, lifted, stop_id=stop.stop_id)
