"""Close what nobody took."""

from __future__ import annotations

from libs.db import Connection
from services.orders.core.messages import tell
from services.orders.core.rules.life_cycle import State, Verb
from services.orders.core.rules.purposes import Purpose
from services.orders.core.store.deadline_store import Deadline
from services.orders.core.store.order_store import Step
from services.orders.core.usecases.notices import want_notice
from services.orders.core.usecases.order_changes import lock_order_due, save_change
from services.orders.placing.messages import OrderExpired


def expire_order(connection: Connection, deadline: Deadline) -> None:
    """Close an order that nobody took in time; whatever was set aside is released."""
    order = lock_order_due(connection, deadline, State.PUBLISHED)
    if order is None:
        return
    expired = order.moved(Verb.EXPIRE)
    tell(connection, deadline, OrderExpired(order.order_id, order.district_id, order.funding))
    want_notice(connection, deadline, expired, order.recipient_id, Purpose.VISIT_UNTAKEN, until=order.terms.end_at)
    save_change(connection, order, expired, Step(Verb.EXPIRE, deadline.at))
