"""The risk flags of a submission."""

from __future__ import annotations

from libs.db import Connection
from libs.programme.policy import Policy
from services.orders.approving.rules.flags import FREQUENT_PAIR, flags_of_part, is_sampled, with_evidence_flags
from services.orders.approving.rules.sample import SampleCall, call_until, draw_of, drawn_on
from services.orders.approving.store import sample as store
from services.orders.approving.store.history import history_of, pair_count_outside_series
from services.orders.core.rules.deadlines import SAMPLE
from services.orders.core.rules.order import Assignment, Order
from services.orders.core.store import deadline_store
from services.orders.core.store.deadline_store import Deadline
from services.orders.core.usecases.order_changes import policy_of_order


def with_flags(connection: Connection, order: Order) -> Order:
    """Return a submission with its risk flags, under the rules of the day it was served."""
    policy = policy_of_order(connection, order, order.placement.at)
    flags = set(order.submission.flags)
    for part in order.served:
        raised = flags_of_part(policy, order, part, history_of(connection, order, part))
        flags |= _without_series(connection, policy, order, part, raised)
    if _is_drawn(connection, policy, order):
        flags.add("sampled")
    return with_evidence_flags(policy, order.flagged(flags))


def _without_series(
    connection: Connection, policy: Policy, order: Order, part: Assignment, raised: frozenset[str]
) -> frozenset[str]:
    """Return what was raised without the flag of a pair that meets so often because an approved series asks for it."""
    if FREQUENT_PAIR not in raised:
        return raised
    count = pair_count_outside_series(connection, order, part)
    return raised if count > policy.flag.pair_max_per_30_days else raised - {FREQUENT_PAIR}


def _is_drawn(connection: Connection, policy: Policy, order: Order) -> bool:
    """Draw an order by the seed of its day; a drawn one is to be called about, where there is a recipient to call."""
    if not policy.review.sample_rate_percent:
        return False
    day = drawn_on(order)
    if not is_sampled(policy, draw=draw_of(store.seed_of(connection, day), order.order_id)):
        return False
    if order.recipient_id is None:
        return True
    call = SampleCall(order.order_id, day, call_until(policy, order))
    store.add_call(connection, call)
    deadline_store.add_deadline(connection, Deadline(order.order_id, SAMPLE, call.call_until))
    return True
