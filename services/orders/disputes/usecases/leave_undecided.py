"""A dispute that nobody decided in time."""

from __future__ import annotations

from libs.db import Connection
from services.orders.approving.messages import hours_rejected
from services.orders.core.messages import tell
from services.orders.core.rules.life_cycle import State, Verb
from services.orders.core.rules.purposes import Purpose
from services.orders.core.store.deadline_store import Deadline
from services.orders.core.store.order_store import Step
from services.orders.core.usecases.notices import say_to_volunteers
from services.orders.core.usecases.order_changes import lock_order_due, save, save_change
from services.orders.disputes import store
from services.orders.disputes.rules import left_undecided


def leave_undecided(connection: Connection, deadline: Deadline) -> None:
    """Let what both sides say count; a decision that still waits for its second person is closed."""
    order = lock_order_due(connection, deadline, State.DISPUTED)
    if order is None:
        return
    waiting = order.dispute.waiting
    if waiting is not None:
        closed = waiting.proposal.closed(now=deadline.at)
        save(connection, lambda: store.save_decision(connection, closed))
    ended = left_undecided(order)
    if ended.state is State.REJECTED:
        tell(connection, deadline, hours_rejected(ended, by=None))
        say_to_volunteers(connection, deadline, ended, Purpose.HOURS_REFUSED)
    save_change(connection, order, ended, Step(Verb.LEAVE_UNDECIDED, deadline.at))
