"""The risk flags of a submission."""

from __future__ import annotations

from libs.db import Connection
from libs.ids import new_id
from libs.programme.policy import Policy
from services.orders.approving.rules.flags import FREQUENT_PAIR, flags_of_part, is_sampled, with_evidence_flags
from services.orders.approving.store import history_of, pair_count_outside_series
from services.orders.core.rules.order import Assignment, Order
from services.orders.core.usecases.order_changes import policy_of_order


def draw_percent() -> int:
    """Return a number from 0 to 99 that nobody can foresee."""
    return new_id().int % 100


def with_flags(connection: Connection, order: Order, *, draw: int) -> Order:
    """Return a submission with its risk flags, under the rules of the day it was served."""
    policy = policy_of_order(connection, order, order.placement.at)
    flags = set(order.submission.flags)
    for part in order.served:
        raised = flags_of_part(policy, order, part, history_of(connection, order, part))
        flags |= _without_series(connection, policy, order, part, raised)
    if is_sampled(policy, draw=draw):
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
