"""A visit that somebody took and nobody began, and of which nobody said that one side did not come."""

from __future__ import annotations

from libs.db import Connection
from services.orders.core.messages import OrderCancelled, tell
from services.orders.core.rules.life_cycle import State, Verb
from services.orders.core.rules.purposes import Purpose
from services.orders.core.store.deadline_store import Deadline
from services.orders.core.store.order_store import Step
from services.orders.core.usecases.notices import say_to_volunteers, want_notice
from services.orders.core.usecases.order_changes import lock_order_due, save_change

NOT_BEGUN = "not_begun"


def leave_unbegun(connection: Connection, deadline: Deadline) -> None:
    """Close the visit, and mark nobody: who did not come is not known. Both sides are told."""
    order = lock_order_due(connection, deadline, State.TAKEN)
    if order is None:
        return
    closed = order.moved(Verb.LEAVE_UNBEGUN)
    tell(connection, deadline, OrderCancelled(order.order_id, order.district_id, None, NOT_BEGUN, order.funding))
    want_notice(connection, deadline, closed, order.recipient_id, Purpose.VISIT_NOT_BEGUN)
    say_to_volunteers(connection, deadline, closed, Purpose.VISIT_NOT_BEGUN)
    save_change(connection, order, closed, Step(Verb.LEAVE_UNBEGUN, deadline.at, why=NOT_BEGUN))
