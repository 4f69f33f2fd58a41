"""Close what nobody took."""

from __future__ import annotations

from libs.db import Connection
from services.orders.core.messages import publish_for
from services.orders.core.rules.life_cycle import Verb
from services.orders.core.rules.order import Order
from services.orders.core.store.order_store import Step
from services.orders.core.usecases.keeping import keep
from services.orders.placing import messages


def expire_order(connection: Connection, order: Order, step: Step) -> Order:
    """Close an order that nobody took in time; whatever was set aside is released."""
    expired = order.moved(Verb.EXPIRE)
    publish_for(connection, expired, messages.order_expired(expired), step.at)
    return keep(connection, order, expired, step)
