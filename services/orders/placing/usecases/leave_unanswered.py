"""A request that nobody reviewed, or whose funding nobody answered, in time."""

from __future__ import annotations

from libs.db import Connection
from services.orders.core.messages import order_cancelled, tell
from services.orders.core.rules.life_cycle import State, Verb
from services.orders.core.rules.purposes import Purpose
from services.orders.core.store.deadline_store import Deadline
from services.orders.core.store.order_store import Step
from services.orders.core.usecases.notices import want_notice
from services.orders.core.usecases.order_changes import lock_order_due, save_change
from services.orders.placing import messages

NOT_REVIEWED, NOT_FUNDED = "not_reviewed", "not_funded"


def leave_unreviewed(connection: Connection, deadline: Deadline) -> None:
    """Close a request before anything is set aside for it, and tell the recipient."""
    order = lock_order_due(connection, deadline, State.UNDER_REVIEW)
    if order is None:
        return
    closed = order.declined(Verb.LEAVE_UNREVIEWED, NOT_REVIEWED)
    tell(connection, deadline, messages.order_declined(closed))
    want_notice(connection, deadline, closed, order.recipient_id, Purpose.REQUEST_CLOSED, until=order.terms.end_at)
    save_change(connection, order, closed, Step(Verb.LEAVE_UNREVIEWED, deadline.at, why=NOT_REVIEWED))


def leave_unfunded(connection: Connection, deadline: Deadline) -> None:
    """Give an order up; what is set aside for it after all is released at once. The recipient of a visit is told."""
    order = lock_order_due(connection, deadline, State.AWAITING_FUNDING)
    if order is None:
        return
    closed = order.moved(Verb.LEAVE_UNFUNDED)
    tell(connection, deadline, order_cancelled(closed, code=NOT_FUNDED))
    want_notice(connection, deadline, closed, order.recipient_id, Purpose.REQUEST_CLOSED, until=order.terms.end_at)
    save_change(connection, order, closed, Step(Verb.LEAVE_UNFUNDED, deadline.at, why=NOT_FUNDED))
