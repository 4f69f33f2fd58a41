"""Minutes that people served, as approved or imported."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from libs.db.rows import save_row
from services.redemption.core.store import tables as t


def served_minutes(connection: Connection, person_id: UUID) -> int:
    """Return the minutes a person has served, as approved or imported, less what was reversed."""
    minutes = t.service_minutes.c
    query = sa.select(sa.func.coalesce(sa.func.sum(minutes.minutes), 0)).where(
        minutes.person_id == person_id, ~minutes.is_reversed
    )
    return int(connection.execute(query).scalar_one())


def save_service(connection: Connection, *, order_id: UUID, settlement: int, hours: Sequence[tuple[UUID, int]]) -> None:
    """Count minutes served, once per order, settlement and person."""
    for person_id, minutes in hours:
        row = {"order_id": order_id, "settlement": settlement, "person_id": person_id, "minutes": minutes}
        save_row(connection, t.service_minutes, row)


def reverse_service(connection: Connection, *, order_id: UUID, settlement: int) -> None:
    """Count the minutes of a settlement no more."""
    minutes = t.service_minutes
    connection.execute(
        minutes.update()
        .where(minutes.c.order_id == order_id, minutes.c.settlement == settlement)
        .values(is_reversed=True)
    )
