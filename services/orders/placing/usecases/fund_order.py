"""What redemption or the ledger answered about an order's funding."""

from __future__ import annotations

from dataclasses import replace

from libs.db import Connection
from libs.events import Cause
from services.orders.core.messages import tell
from services.orders.core.rules.life_cycle import State, Verb
from services.orders.core.rules.order import Confirmation, Order
from services.orders.core.store.order_store import Step
from services.orders.core.usecases.order_changes import publish_order, save_change
from services.orders.placing import messages


def fund_order(connection: Connection, context: Cause, order: Order) -> Order:
    """Publish an order whose funding is set aside; a late entry goes to the second check instead.

    An answer that comes after the order was given up changes nothing: its hold is released by whoever placed it.
    """
    if order.state is not State.AWAITING_FUNDING:
        return order
    if order.is_late_entry:
        funded = replace(order.moved(Verb.FUND, State.CONFIRMED), confirmation=Confirmation(at=context.now))
    else:
        funded = publish_order(connection, context, order, Verb.FUND)
    return save_change(connection, order, funded, Step(Verb.FUND, context.now))


def decline_order(connection: Connection, context: Cause, order: Order, *, code: str) -> Order:
    """Decline an order whose funding was refused."""
    if order.state is not State.AWAITING_FUNDING:
        return order
    declined = order.declined(Verb.REFUSE_FUNDING, code)
    tell(connection, context, messages.order_declined(declined))
    return save_change(connection, order, declined, Step(Verb.REFUSE_FUNDING, context.now, why=code))
