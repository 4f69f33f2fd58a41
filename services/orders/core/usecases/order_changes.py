"""Every change of an order: saved together with its step and with what falls due for it next."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from libs.clock import local_date
from libs.db import Connection, write_at_end
from libs.db.driver import pipelined
from libs.events import Cause
from libs.programme.policy import Policy
from libs.programme.policy.store import policy_of_version
from services.orders.core.messages import OrderPublished, funding_requested, order_cancelled, tell
from services.orders.core.refusals import OrderNotFoundError
from services.orders.core.rules.deadlines import ORDER_DEADLINES, SEAT_FREE, TICKING, deadlines_of, no_taker_at
from services.orders.core.rules.life_cycle import State, Verb
from services.orders.core.rules.occasion import Kind
from services.orders.core.rules.order import Order
from services.orders.core.store import deadline_store, memo, order_store, people_store
from services.orders.core.store.deadline_store import Deadline
from services.orders.core.store.order_store import OrderChange, Step

READS_NO_MORE = "reads no more"


def save_change(connection: Connection, before: Order, after: Order, step: Step) -> Order:
    """Save a changed order, its step, and what falls due for it next; return it."""
    save_changes(connection, [OrderChange(before, after, step)])
    return after


def save_changes(connection: Connection, changes: Sequence[OrderChange]) -> None:
    """Save changed orders, their steps, and what falls due for each next."""
    if any(order_store.is_unlocked(connection, change.before.order_id) for change in changes):
        # A moment ago, when it was to be locked, there was none of theirs: it came, or became theirs, in between.
        raise OrderNotFoundError
    deadlines: dict[UUID, Mapping[str, datetime]] = {}
    for before, after, step in changes:
        due = deadlines_set(connection, after, step.at) if _is_moved(before, after) else {}
        if due or (_is_moved(before, after) and before.state in TICKING):
            deadlines[after.order_id] = due

    freed = _freed(changes)

    def write() -> None:
        order_store.save_orders(connection, changes)
        if freed:
            deadline_store.replace_deadlines(connection, freed, kinds=(SEAT_FREE,))
        if deadlines:
            deadline_store.replace_deadlines(connection, deadlines, kinds=ORDER_DEADLINES)

    save(connection, write)


def _is_moved(before: Order, after: Order) -> bool:
    return before.state is not after.state or before.publication != after.publication


def _freed(changes: Sequence[OrderChange]) -> dict[UUID, Mapping[str, datetime]]:
    """Return the activities of which a seat was given up: somebody moves up, in a transaction of its own."""
    return {
        change.after.occasion.activity_id: {SEAT_FREE: change.step.at}
        for change in changes
        if change.after.occasion.activity_id is not None and change.after.state is State.CANCELLED
    }


def save_new(connection: Connection, order: Order, step: Step) -> Order:
    """Save a new order, whose id is locked and not taken, its first step, and what falls due for it; return it."""
    deadlines = deadlines_set(connection, order, step.at)

    def write() -> None:
        order_store.write_order(connection, order, step)
        replace_deadlines(connection, order, deadlines)

    save(connection, write)
    return order


def add_entered(connection: Connection, order: Order, step: Step) -> bool:
    """Add an order that was served before it was entered, with what falls due for it; False when its id is taken."""
    if not order_store.add_order(connection, order, step):
        return False
    replace_deadlines(connection, order, deadlines_set(connection, order, step.at))
    return True


def save(connection: Connection, write: Callable[[], object]) -> None:
    """Write in one trip: with the last statements of the transaction where nothing is read after it, else now."""
    if memo.has(connection, READS_NO_MORE):
        write_at_end(connection, write)
        return
    with pipelined(connection):
        write()


def read_no_more(connection: Connection) -> None:
    """Promise that this transaction reads no order again after it saves one."""
    memo.put(connection, READS_NO_MORE, True)


def deadlines_set(connection: Connection, order: Order, now: datetime) -> Mapping[str, datetime]:
    """Return what falls due for an order, by the rules that bind it: when, by kind."""
    return deadlines_of(policy_of_order(connection, order, now), order, now=now) if order.state in TICKING else {}


def replace_deadlines(connection: Connection, order: Order, deadlines: Mapping[str, datetime]) -> None:
    """Let these fall due for an order, and nothing else."""
    deadline_store.replace_deadlines(connection, {order.order_id: deadlines}, kinds=ORDER_DEADLINES)


def lock_order_due(connection: Connection, deadline: Deadline, state: State) -> Order | None:
    """Return the order whose deadline has come, locked; None when it is not in the state or the deadline was moved."""
    order = order_store.lock_order(connection, deadline.subject_id)
    still_due = deadline_store.remove_deadline(connection, deadline)
    return order if still_due and order.state is state else None


def policy_of_order(connection: Connection, order: Order, now: datetime) -> Policy:
    """Return the rules that bind an order: those of the day its service began, before that today's."""
    if order.submission.policy_version is not None:
        return policy_of_version(connection, order.district_id, order.submission.policy_version)
    return people_store.policy_on(connection, order.district_id, local_date(now))


def publish_order(connection: Connection, context: Cause, order: Order, verb: Verb) -> Order:
    """Open an order to be taken, and say so."""
    policy = people_store.policy_on(connection, order.district_id, local_date(context.now))
    look_at = no_taker_at(policy, published_at=context.now, start_at=order.terms.start_at)
    opened = order.published(verb, at=context.now, no_taker_at=look_at)
    tell(connection, context, OrderPublished(opened.order_id, opened.district_id, opened.terms.start_at))
    return opened


def give_back(connection: Connection, context: Cause, order: Order, volunteer_id: UUID, verb: Verb) -> Order:
    """Return an order that its volunteer does not serve: open to be taken by others; a seat is nobody else's."""
    if order.kind is not Kind.SEAT:
        return publish_order(connection, context, order.without(volunteer_id), verb)
    freed = order.moved(verb, State.CANCELLED)
    tell(connection, context, order_cancelled(freed))
    return freed


def await_funding(connection: Connection, context: Cause, order: Order, verb: Verb) -> Order:
    """Ask for what the help costs to be set aside."""
    waiting = order.moved(verb, State.AWAITING_FUNDING)
    tell(connection, context, funding_requested(waiting))
    return waiting
