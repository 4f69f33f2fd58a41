"""A referral: to whom an order goes that no volunteer took, who serves, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from libs.programme.policy import Policy
from libs.programme.words import Fallback
from services.orders.core.rules.deadlines import waits_at_most_until
from services.orders.core.rules.order import Order
from services.orders.untaken.refusals import (
    NotAskedYetError,
    PriceDiffersError,
    ReferralOverError,
    SomebodyComesError,
    TimeUnchangedError,
    WaitOutOfRangeError,
)


class ReferralState(StrEnum):
    """Where a referral stands."""

    ORDERED = "ordered"
    """A purchased order was opened: what comes of it is that order's."""
    OPEN = "open"
    SERVED = "served"
    NOT_SERVED = "not_served"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"


OUTCOMES = (ReferralState.SERVED, ReferralState.NOT_SERVED, ReferralState.WITHDRAWN)
"""What somebody may record."""
REFERRAL_MOVES: Mapping[ReferralState, frozenset[ReferralState]] = {
    ReferralState.OPEN: frozenset({*OUTCOMES, ReferralState.UNKNOWN}),
    ReferralState.UNKNOWN: frozenset(OUTCOMES),
}
"""An open one is over when somebody says what came of it, or by its deadline; what is unknown may still be said."""


@dataclass(frozen=True)
class Referral:
    """Where an order was referred to; of the market, who serves, how they are reached, when, and what came of it."""

    order_id: UUID
    district_id: UUID
    unit_id: UUID
    fallback: Fallback
    state: ReferralState
    referred_at: datetime
    due_at: datetime | None = None
    """Until when its outcome is waited for."""
    purchased_order_id: UUID | None = None
    provider: str = ""
    contact: str = ""
    comes_at: datetime | None = None
    named_by: UUID | None = None
    ended_at: datetime | None = None
    ended_by: UUID | None = None
    words: str = ""

    def refuse_unless(self, *states: ReferralState) -> None:
        """Refuse what is done only in some states.

        Raises:
            ReferralOverError: it is in none of them.
        """
        if self.state not in states:
            raise ReferralOverError(state=self.state.value)

    def served_by(self, provider: str, contact: str, *, comes_at: datetime, due_at: datetime, by: UUID) -> Referral:
        """Return it with who will serve, and when; another one may be named while it is open.

        Raises:
            ReferralOverError: it is over.
        """
        self.refuse_unless(ReferralState.OPEN)
        return replace(self, provider=provider, contact=contact, comes_at=comes_at, due_at=due_at, named_by=by)

    def ended(self, state: ReferralState, *, at: datetime, by: UUID | None, words: str = "") -> Referral:
        """Return it with what came of it; `by` None = nobody said so.

        Raises:
            ReferralOverError: that is recorded already.
        """
        self.refuse_unless(*(at for at, leads_to in REFERRAL_MOVES.items() if state in leads_to))
        return replace(self, state=state, ended_at=at, ended_by=by, words=words)


def refuse_unless_asked(order: Order) -> None:
    """Refuse to answer before the question.

    Raises:
        NotAskedYetError: nobody was asked what now.
    """
    if order.publication.asked_at is None:
        raise NotAskedYetError


def wait_until(policy: Policy, order: Order, until: datetime | None, *, now: datetime) -> datetime:
    """Return until when somebody waits: as they say, or until the start.

    Raises:
        WaitOutOfRangeError: not later than now, or longer than until the start.
    """
    latest = waits_at_most_until(policy, start_at=order.terms.start_at, persons=order.terms.persons)
    if not now < (until or latest) <= latest:
        raise WaitOutOfRangeError(latest_at=latest.isoformat())
    return until or latest


def waits_by_itself(policy: Policy, order: Order, *, now: datetime) -> bool:
    """Tell whether the rules let an order wait until its start whose recipient was asked and said nothing."""
    opened = order.publication
    latest = waits_at_most_until(policy, start_at=order.terms.start_at, persons=order.terms.persons)
    is_silent = opened.asked_at is not None and opened.wait_until is None
    return is_silent and policy.fallback.unanswered == "wait" and now < latest


def refuse_other_time(order: Order, *, start_at: datetime, price_minutes: int) -> None:
    """Refuse a time that changes what was agreed: it is that time, somebody comes then, or it costs another price.

    Raises:
        TimeUnchangedError, SomebodyComesError, PriceDiffersError: as their names say.
    """
    if start_at == order.terms.start_at:
        raise TimeUnchangedError
    if order.assignments:
        raise SomebodyComesError
    if price_minutes != order.terms.price_minutes:
        raise PriceDiffersError(price_minutes=price_minutes)
