"""Which orders wait in a queue."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from libs.http.lists import NOW, Condition, one_of
from services.orders.core.rules.life_cycle import State
from services.orders.core.store.order_store import orders_listed
from services.orders.core.store.tables import orders

QUEUES = ("review", "approval", "second_check", "dispute", "no_taker", "urgent")
_IS_SIGNED = sa.func.cardinality(orders.c.approvers) > 0
_WAITS: Mapping[str, Condition] = {
    "review": orders.c.state == State.UNDER_REVIEW.value,
    "approval": sa.and_(orders.c.state == State.CONFIRMED.value, sa.not_(_IS_SIGNED)),
    "second_check": sa.and_(orders.c.state == State.CONFIRMED.value, _IS_SIGNED),
    "dispute": orders.c.state == State.DISPUTED.value,
    "no_taker": sa.and_(orders.c.state == State.PUBLISHED.value, orders.c.no_taker_at <= NOW),
}
WAITING = orders_listed({"queue": lambda name: _WAITS[name], "units": one_of(orders.c.unit_id)}, scope=("units",))
"""The orders that wait in a queue of some units."""
