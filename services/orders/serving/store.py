"""Whether a volunteer is busy, and what is counted at the door."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from libs.db.rows import save_row
from services.orders.core.rules.order import Door, Order, Terms
from services.orders.core.store import tables
from services.orders.core.store.order_store import OCCUPYING_STATES
from services.orders.core.store.rows import own_columns_of_order
from services.orders.core.store.tables import assignment, orders


def count_wrong_code(connection: Connection, order: Order) -> None:
    """Count one more wrong door code on an order that is locked."""
    save_door(connection, order, replace(order.door, wrong_codes=order.door.wrong_codes + 1))


def save_door(connection: Connection, order: Order, door: Door) -> None:
    """Save what is known of the door of an order that is locked."""
    columns = own_columns_of_order(replace(order, door=door))
    save_row(connection, tables.door, {"order_id": order.order_id, **columns["door"]})


def volunteer_is_busy(connection: Connection, volunteer_id: UUID, planned: Terms) -> bool:
    """Tell whether the volunteer has taken an order whose planned time overlaps."""
    other = (
        sa.select(orders.c.order_id)
        .join(assignment, assignment.c.order_id == orders.c.order_id)
        .where(
            assignment.c.volunteer_id == volunteer_id,
            assignment.c.checked_out_at.is_(None),
            orders.c.state.in_(OCCUPYING_STATES),
            orders.c.start_at < planned.end_at,
            orders.c.end_at > planned.start_at,
        )
    )
    return connection.execute(other.limit(1)).first() is not None
