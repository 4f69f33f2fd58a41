"""Gates hold until the door: who has taken an order and might not take it any more is released from it at once."""

from __future__ import annotations

from dataclasses import replace

from libs.db import Connection
from libs.errors import Refusal
from services.orders.core.messages import tell
from services.orders.core.rules.life_cycle import State, Verb
from services.orders.core.rules.order import Assignment, Order
from services.orders.core.rules.purposes import Purpose
from services.orders.core.store import deadline_store, order_store
from services.orders.core.store.deadline_store import Deadline
from services.orders.core.store.order_store import Step
from services.orders.core.usecases.notices import say_who_does_not_come, want_notice
from services.orders.core.usecases.order_changes import give_back, save_change
from services.orders.serving.messages import OrderReleased
from services.orders.serving.usecases.gates import refuse_shut_gates

HELD = (State.PUBLISHED, State.TAKEN)
"""An order for several may be open and have some of its volunteers."""


def hold_gates(connection: Connection, due: Deadline) -> None:
    """Look again at the gates of all that a person has taken, or receives, and has not begun."""
    deadline_store.remove_deadline(connection, due)
    for order in order_store.lock_orders_of(connection, due.subject_id):
        if order.state in HELD:
            _hold(connection, due.of(order.order_id), order)


def _hold(connection: Connection, due: Deadline, order: Order) -> None:
    for part in order.assignments:
        code = _shut_gate(connection, due, order, part)
        if code:
            order = _release(connection, due.of(part.volunteer_id), order, part, code)


def _shut_gate(connection: Connection, due: Deadline, order: Order, part: Assignment) -> str:
    """Return the code of the gate that is shut on a volunteer when the order begins; empty where none is."""
    try:
        refuse_shut_gates(connection, order, part, now=max(due.now, order.terms.start_at))
    except Refusal as refusal:
        return refusal.code
    return ""


def _release(connection: Connection, due: Deadline, order: Order, part: Assignment, code: str) -> Order:
    """Open an order again without a volunteer: a coordinator sees at once that somebody is to be found."""
    released = OrderReleased(
        order.order_id, order.district_id, order.recipient_id, part.volunteer_id, order.terms.start_at, code
    )
    tell(connection, due, released)
    say_who_does_not_come(connection, due, order, part.volunteer_id)
    want_notice(connection, due, order, part.volunteer_id, Purpose.VISIT_RELEASED, until=order.terms.end_at)
    opened = give_back(connection, due, order, part.volunteer_id, Verb.RELEASE)
    looked_at = replace(opened, publication=replace(opened.publication, no_taker_at=due.now))
    return save_change(connection, order, looked_at, Step(Verb.RELEASE, due.now, why=code))
