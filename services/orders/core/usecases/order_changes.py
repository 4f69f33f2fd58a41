"""Every change of an order: saved together with its step and with what falls due for it next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from libs.clock import local_date
from libs.db import Connection, write_at_end
from libs.db.driver import pipelined
from libs.events import Cause
from libs.programme.policy import Policy
from libs.programme.policy.store import policy_of_version
from services.orders.core.messages import OrderPublished, funding_requested, tell
from services.orders.core.refusals import OrderNotFoundError
from services.orders.core.rules.deadlines import ORDER_DEADLINES, TICKING, deadlines_of, no_taker_at
from services.orders.core.rules.life_cycle import State, Verb
from services.orders.core.rules.order import Order
from services.orders.core.store import deadline_store, memo, order_store, people_store
from services.orders.core.store.deadline_store import Deadline
from services.orders.core.store.order_store import Step

READS_NO_MORE = "reads no more"


def save_change(connection: Connection, before: Order, after: Order, step: Step) -> Order:
    """Save a changed order, its step, and what falls due for it next; return it."""
    if order_store.is_unlocked(connection, before.order_id):
        # A moment ago, when it was to be locked, there was none of theirs: it came, or became theirs, in between.
        raise OrderNotFoundError
    is_moved = before.state is not after.state or before.publication.published_at != after.publication.published_at
    deadlines = deadlines_set(connection, after, step.at) if is_moved else {}

    def write() -> None:
        order_store.save_order(connection, before, after, step)
        if deadlines or (is_moved and before.state in TICKING):
            replace_deadlines(connection, after, deadlines)

    save(connection, write)
    return after


def save_new(connection: Connection, order: Order, step: Step) -> Order:
    """Save a new order, whose id is locked and not taken, its first step, and what falls due for it; return it."""
    deadlines = deadlines_set(connection, order, step.at)

    def write() -> None:
        order_store.write_order(connection, order, step)
        replace_deadlines(connection, order, deadlines)

    save(connection, write)
    return order


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
    deadline_store.replace_deadlines(connection, order.order_id, deadlines, kinds=ORDER_DEADLINES)


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


def await_funding(connection: Connection, context: Cause, order: Order, verb: Verb) -> Order:
    """Ask for what the help costs to be set aside."""
    waiting = order.moved(verb, State.AWAITING_FUNDING)
    tell(connection, context, funding_requested(waiting))
    return waiting
