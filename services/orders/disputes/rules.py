"""Until when somebody may disagree, and what is told of why hours are reversed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from libs.programme.policy import Policy
from services.orders.core.rules.life_cycle import State, Verb
from services.orders.core.rules.order import Order

CODES = frozenset({"dispute", "duplicate", "false_hours", "recording_error"})
"""The usual reasons of a reversal, beside those that a district's rules name."""


def told_why(policy: Policy, why: str) -> str:
    """Return the reason of a reversal where it is a code; words of whoever proposed it are told to nobody."""
    return why if why in CODES.union(policy.reversal.recover_for) else ""


def dispute_closes_at(policy: Policy, *, awaited_from: datetime) -> datetime:
    """Return the last instant of the dispute window."""
    return awaited_from + timedelta(days=policy.dispute.window_days)


def left_undecided(order: Order) -> Order:
    """Return a disputed order whose time to be decided is over: what both sides say counts; nobody wins by waiting.

    Settled hours stay as they are. Others are what the recipient says, where that is less than was reported, and wait
    for two signatures anew; none at all are rejected.
    """
    if order.dispute.from_state is State.SETTLED:
        return order.moved(Verb.LEAVE_UNDECIDED, State.SETTLED).without_dispute()
    minutes = min(order.dispute.says_minutes or 0, order.reported_minutes)
    ended = order.moved(Verb.LEAVE_UNDECIDED, State.CONFIRMED if minutes else State.REJECTED).without_dispute()
    return replace(ended, approval=replace(ended.approval, approvers=(), decided_minutes=minutes))
