"""Whether a volunteer is busy, and what is counted at the door."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import ARRAY

from libs.db.prepared import Prepared
from libs.db.rows import save_row
from services.orders.core.rules.order import Door, Order
from services.orders.core.store import memo, tables
from services.orders.core.store.facts import Ask, Rows, ask
from services.orders.core.store.order_store import OCCUPYING_STATES
from services.orders.core.store.rows import own_columns_of_order
from services.orders.core.store.tables import assignment, orders

_THIS = orders.alias("this")
_BUSY = Prepared(
    sa.select(orders.c.order_id)
    .join(assignment, assignment.c.order_id == orders.c.order_id)
    .join(_THIS, (orders.c.start_at < _THIS.c.end_at) & (orders.c.end_at > _THIS.c.start_at))
    .where(
        _THIS.c.order_id == sa.bindparam("order_id"),
        assignment.c.volunteer_id == sa.bindparam("volunteer_id"),
        assignment.c.checked_out_at.is_(None),
        orders.c.state == sa.any_(sa.literal(OCCUPYING_STATES, ARRAY(sa.Text))),
    )
    .limit(1)
)


def count_wrong_code(connection: Connection, order: Order) -> None:
    """Count one more wrong door code on an order that is locked."""
    save_door(connection, order, replace(order.door, wrong_codes=order.door.wrong_codes + 1))


def save_door(connection: Connection, order: Order, door: Door) -> None:
    """Save what is known of the door of an order that is locked."""
    columns = own_columns_of_order(replace(order, door=door))
    save_row(connection, tables.door, {"order_id": order.order_id, **columns["door"]})


def volunteer_is_busy(connection: Connection, volunteer_id: UUID, order_id: UUID) -> bool:
    """Tell whether the volunteer has taken an order whose planned time overlaps that of this one."""

    def read() -> bool:
        return bool(_BUSY.rows(connection, {"volunteer_id": volunteer_id, "order_id": order_id}))

    return memo.get_or(connection, ("volunteer is busy", volunteer_id, order_id), read)


def ask_whether_busy(volunteer_id: UUID, order_id: UUID) -> Ask:
    """Ask as `volunteer_is_busy` does."""

    def remember(connection: Connection, rows: Rows) -> None:
        memo.put(connection, ("volunteer is busy", volunteer_id, order_id), bool(rows))

    return ask(_BUSY, {"volunteer_id": volunteer_id, "order_id": order_id}, remember)
