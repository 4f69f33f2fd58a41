"""Whether a volunteer is busy, and what is counted at the door."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from libs.db.rows import change_rows
from services.orders.core.rules.order import Order
from services.orders.core.store.order_store import OCCUPYING_STATES
from services.orders.core.store.tables import assignment, orders


def count_wrong_code(connection: Connection, order_id: UUID) -> None:
    """Count one more wrong door code on an order that is locked."""
    counted = sa.update(orders).where(orders.c.order_id == order_id)
    connection.execute(counted.values(wrong_codes=orders.c.wrong_codes + 1))


def note_door_code_told(connection: Connection, before: Order, after: Order) -> None:
    """Note who was told the door code of an order that is locked."""
    if after != before:
        known = {"door_code_known_to": list(after.door_code_known_to)}
        change_rows(connection, orders, known, order_id=after.order_id)


def volunteer_is_busy(connection: Connection, volunteer_id: UUID, *, start_at: datetime, end_at: datetime) -> bool:
    """Tell whether the volunteer has taken an order whose planned time overlaps."""
    other = (
        sa.select(orders.c.order_id)
        .join(assignment, assignment.c.order_id == orders.c.order_id)
        .where(
            assignment.c.volunteer_id == volunteer_id,
            assignment.c.checked_out_at.is_(None),
            orders.c.state.in_(OCCUPYING_STATES),
            orders.c.start_at < end_at,
            orders.c.end_at > start_at,
        )
    )
    return connection.execute(other.limit(1)).first() is not None
