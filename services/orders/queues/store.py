"""Which orders wait in a queue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from libs.db import Connection
from services.orders.core.rules.life_cycle import State
from services.orders.core.rules.order import Order
from services.orders.core.store import order_store
from services.orders.core.store.order_store import page_of_orders
from services.orders.core.store.tables import orders

QUEUES = ("review", "approval", "second_check", "dispute", "no_taker", "urgent")


def queue_orders(
    connection: Connection,
    name: str,
    *,
    unit_ids: Sequence[UUID],
    now: datetime,
    after: Sequence[Any] | None,
    limit: int,
) -> list[Order]:
    """Return up to `limit` + 1 orders that wait in a queue."""
    is_signed = sa.func.cardinality(orders.c.approvers) > 0
    waits = {
        "review": orders.c.state == State.UNDER_REVIEW.value,
        "approval": sa.and_(orders.c.state == State.CONFIRMED.value, sa.not_(is_signed)),
        "second_check": sa.and_(orders.c.state == State.CONFIRMED.value, is_signed),
        "dispute": orders.c.state == State.DISPUTED.value,
        "no_taker": sa.and_(orders.c.state == State.PUBLISHED.value, orders.c.no_taker_at <= now),
    }[name]
    query = order_store.WHOLE_ORDERS.where(waits, orders.c.unit_id.in_(list(unit_ids)))
    return order_store.load_orders(connection, page_of_orders(query, after, limit))
