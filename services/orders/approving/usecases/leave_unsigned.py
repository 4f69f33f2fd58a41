"""Hours that nobody signed in time."""

from __future__ import annotations

from libs.db import Connection
from services.orders.approving.messages import hours_rejected
from services.orders.core.messages import tell
from services.orders.core.rules.life_cycle import State, Verb
from services.orders.core.rules.purposes import Purpose
from services.orders.core.store.deadline_store import Deadline
from services.orders.core.store.order_store import Step
from services.orders.core.usecases.notices import say_to_volunteers
from services.orders.core.usecases.order_changes import lock_order_due, save_change


def leave_unsigned(connection: Connection, deadline: Deadline) -> None:
    """Refuse the hours: no credit is made by a clock. What was set aside is released; the volunteers may object."""
    order = lock_order_due(connection, deadline, State.CONFIRMED)
    if order is None:
        return
    rejected = order.moved(Verb.LEAVE_UNSIGNED)
    tell(connection, deadline, hours_rejected(rejected, by=None))
    say_to_volunteers(connection, deadline, rejected, Purpose.HOURS_REFUSED)
    save_change(connection, order, rejected, Step(Verb.LEAVE_UNSIGNED, deadline.at))
