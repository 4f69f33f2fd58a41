"""Minutes that people served, as approved or imported."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection

from libs.db.rows import save_row
from services.redemption.core.store import tables as t

SERVED = "SELECT coalesce(sum(minutes), 0) FROM service_minutes WHERE person_id = {whose} AND NOT is_reversed"
"""The minutes that somebody has served, as approved or imported, less what was reversed."""


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
