"""When things fall due by themselves."""

from __future__ import annotations

from datetime import datetime, timedelta

from libs.programme.policy import Policy
from services.orders.core.rules.life_cycle import State
from services.orders.core.rules.order import Order


def no_taker_at(policy: Policy, *, published_at: datetime, start_at: datetime) -> datetime:
    """Return when a coordinator should look: the policy's hours, or half the time to the start if that is shorter."""
    left_minutes = max(0, int((start_at - published_at).total_seconds()) // 60)
    wait_minutes = min(policy.fallback.no_taker_hours * 60, left_minutes // 2)
    return published_at + timedelta(minutes=wait_minutes)


def expires_at(policy: Policy, *, published_at: datetime, start_at: datetime) -> datetime:
    """Return when an order that nobody took expires: never after its start."""
    after = published_at + timedelta(hours=policy.fallback.refer_after_hours)
    before = start_at - timedelta(hours=policy.fallback.refer_before_start_hours)
    return max(published_at, min(start_at, max(after, before)))


def auto_check_out_at(policy: Policy, *, end_at: datetime) -> datetime:
    """Return when the platform ends a service that nobody checked out of."""
    return end_at + timedelta(minutes=policy.check_out.auto_after_minutes)


def silence_at(policy: Policy, *, awaited_from: datetime) -> datetime:
    """Return when the recipient's silence counts as agreement."""
    return awaited_from + timedelta(hours=policy.confirm.auto_after_hours)


def is_late_cancellation(policy: Policy, *, start_at: datetime, now: datetime) -> bool:
    """Tell whether giving up now is later than the free limit."""
    return start_at - now < timedelta(hours=policy.cancel.free_before_hours)


EXPIRE, AUTO_CHECK_OUT, SILENCE = "expire", "auto_check_out", "silence"
GATES = "gates"
"""Of a person: what they have taken, or receive, is looked at again, for something was told of them."""
ORDER_DEADLINES = (EXPIRE, AUTO_CHECK_OUT, SILENCE)
# In these states something falls due by itself.
TICKING = frozenset({State.PUBLISHED, State.IN_SERVICE, State.FINISHED})


def deadlines_of(policy: Policy, order: Order) -> dict[str, datetime]:
    """Return what falls due for an order by itself: when, by kind."""
    if order.state is State.PUBLISHED and order.publication.published_at is not None:
        return {EXPIRE: expires_at(policy, published_at=order.publication.published_at, start_at=order.terms.start_at)}
    if order.state is State.IN_SERVICE:
        return {AUTO_CHECK_OUT: auto_check_out_at(policy, end_at=order.terms.end_at)}
    if order.state is State.FINISHED and order.word_awaited_from is not None:
        return {SILENCE: silence_at(policy, awaited_from=order.word_awaited_from)}
    return {}
