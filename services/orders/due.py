"""What the clock does: orders nobody took expire, forgotten services end, silence counts as agreement."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from libs.db import Connection
from services.orders.approving.usecases.confirm_order import take_silence
from services.orders.core.rules.life_cycle import State, Verb
from services.orders.core.rules.order import Order
from services.orders.core.store import order_store
from services.orders.core.store.order_store import Step
from services.orders.placing.usecases.expire_order import expire_order
from services.orders.serving.usecases.serve_order import end_forgotten_service

DUE_MAX = 200


def next_due(connection: Connection, now: datetime) -> datetime | None:
    """Return the earliest instant at which something falls due, also when it is past."""
    del now
    return order_store.next_due_at(connection)


def run_due(connection: Connection, now: datetime) -> int:
    """Do what is due at or before `now`, in order of due time, each at its own instant; return how many.

    At most DUE_MAX in one transaction: the caller asks again while something is due.
    """
    for count in range(DUE_MAX):
        found = order_store.find_due(connection, now)
        if found is None:
            return count
        order_id, kind, due_at = found
        order = order_store.lock_order(connection, order_id)
        verb, state, act = _ACTS[kind]
        if order.state is state:
            act(connection, order, Step(verb, due_at))
        else:
            order_store.forget_due(connection, order_id, kind)
    return DUE_MAX


_ACTS: Mapping[str, tuple[Verb, State, Callable[[Connection, Order, Step], Order]]] = {
    "expire": (Verb.EXPIRE, State.PUBLISHED, expire_order),
    "auto_check_out": (Verb.CHECK_OUT, State.IN_SERVICE, end_forgotten_service),
    "silence": (Verb.FALL_SILENT, State.FINISHED, take_silence),
}
