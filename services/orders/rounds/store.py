"""The stops of rounds, and what is counted of them per person and day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from libs.clock import PROGRAMME_ZONE
from libs.db import Connection
from libs.db.rows import add_rows, change_rows
from libs.http.lists import Listing, equals, one_of
from services.orders.core.store.rows import Found
from services.orders.core.store.tables import INSTANT, orders, table_of
from services.orders.rounds.refusals import StopNotFoundError
from services.orders.rounds.rules import STOPS_MAX, How, Outcome, Stop

round_stop = table_of(
    "round_stop",
    "stop_id",
    stop_id=sa.Uuid,
    order_id=sa.Uuid,
    number=sa.Integer,
    recipient_id=sa.Uuid,
    outcome=sa.Text,
    how=sa.Text,
    ticked_at=INSTANT,
    ticked_by=sa.Uuid,
    words=sa.Text,
)
_DAY = sa.cast(sa.func.timezone(PROGRAMME_ZONE, orders.c.start_at), sa.Date)
_COUNTED = (
    sa.select(
        round_stop.c.recipient_id.label("recipient_id"),
        _DAY.label("day"),
        orders.c.service_code.label("service_code"),
        orders.c.unit_id.label("unit_id"),
        sa.func.count().label("number"),
    )
    .join(orders, orders.c.order_id == round_stop.c.order_id)
    .where(round_stop.c.outcome == Outcome.DONE.value)
    .group_by(round_stop.c.recipient_id, _DAY, orders.c.service_code, orders.c.unit_id)
    .subquery()
)
COUNTS = Listing(
    sa.select(_COUNTED),
    order=(_COUNTED.c.day, _COUNTED.c.service_code, _COUNTED.c.unit_id, _COUNTED.c.recipient_id),
    narrowed={
        "units": one_of(_COUNTED.c.unit_id),
        "recipient": equals(_COUNTED.c.recipient_id),
        "first": lambda day: _COUNTED.c.day >= day,
        "last": lambda day: _COUNTED.c.day <= day,
    },
    scope=("units",),
)
"""How often each person was served on a day by rounds of a unit: the sheet for the subsidy."""


def add_stops(connection: Connection, stops: Sequence[Stop]) -> None:
    """Add the stops of a new round."""
    add_rows(connection, round_stop, [asdict(stop) for stop in stops])


def stops_of(connection: Connection, order_id: UUID) -> list[Stop]:
    """Return the stops of a round, as they were planned."""
    query = sa.select(round_stop).where(round_stop.c.order_id == order_id)
    return [_stop(row) for row in connection.execute(query.order_by(round_stop.c.number).limit(STOPS_MAX)).mappings()]


def recipients_of_round(connection: Connection, order_id: UUID) -> list[UUID]:
    """Return who is on a round."""
    return [stop.recipient_id for stop in stops_of(connection, order_id)]


def lock_stop(connection: Connection, order_id: UUID, stop_id: UUID) -> Stop:
    """Return a stop of a round, locked.

    Raises:
        StopNotFoundError: the round has none of this id.
    """
    wanted = sa.select(round_stop).where(round_stop.c.stop_id == stop_id, round_stop.c.order_id == order_id)
    row = connection.execute(wanted.with_for_update()).mappings().first()
    if row is None:
        raise StopNotFoundError
    return _stop(row)


def save_ticked(connection: Connection, stop: Stop) -> None:
    """Save what came of a stop."""
    columns: dict[str, Any] = {
        name: getattr(stop, name) for name in ("outcome", "how", "ticked_at", "ticked_by", "words")
    }
    change_rows(connection, round_stop, columns, stop_id=stop.stop_id)


def _stop(row: Found) -> Stop:
    outcome, how = row["outcome"], row["how"]
    return Stop(**{**row, "outcome": Outcome(outcome) if outcome else None, "how": How(how) if how else None})


def is_open_for(connection: Connection, person_id: UUID, states: Sequence[str]) -> bool:
    """Tell whether a person is on a round in one of these states."""
    query = sa.select(round_stop.c.stop_id).join(orders, orders.c.order_id == round_stop.c.order_id)
    query = query.where(round_stop.c.recipient_id == person_id, orders.c.state.in_(states)).limit(1)
    return connection.execute(query).first() is not None


def forget_words(connection: Connection, person_id: UUID) -> None:
    """Blank what was said at a person's door; that somebody was there stays."""
    change_rows(connection, round_stop, {"words": ""}, recipient_id=person_id)
