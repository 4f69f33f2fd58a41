"""When things fall due by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from libs.programme.policy import Policy
from services.orders.core.rules.life_cycle import State, Verb
from services.orders.core.rules.occasion import Kind
from services.orders.core.rules.order import Order


def no_taker_at(policy: Policy, *, published_at: datetime, start_at: datetime) -> datetime:
    """Return when a coordinator should look: the policy's hours, or half the time to the start if that is shorter."""
    left_minutes = max(0, int((start_at - published_at).total_seconds()) // 60)
    wait_minutes = min(policy.fallback.no_taker_hours * 60, left_minutes // 2)
    return published_at + timedelta(minutes=wait_minutes)


def expires_at(policy: Policy, *, published_at: datetime, start_at: datetime, persons: int = 1) -> datetime:
    """Return when an order that nobody took expires: never after its start.

    One for several is settled when the door may be opened at the latest: who took it may go with fewer, and check in.
    """
    after = published_at + timedelta(hours=policy.fallback.refer_after_hours)
    before = start_at - timedelta(hours=policy.fallback.refer_before_start_hours)
    latest = waits_at_most_until(policy, start_at=start_at, persons=persons)
    return max(published_at, min(latest, max(after, before)))


def asks_at(policy: Policy, *, published_at: datetime, expires: datetime) -> datetime:
    """Return when the recipient is asked what now: so long before it expires, or half-way if that is later."""
    left_minutes = max(0, int((expires - published_at).total_seconds()) // 60)
    return expires - timedelta(minutes=min(policy.fallback.ask_before_hours * 60, left_minutes // 2))


def waits_at_most_until(policy: Policy, *, start_at: datetime, persons: int) -> datetime:
    """Return until when somebody may be waited for: the start, or when the door of one for several may be opened."""
    return start_at if persons == 1 else start_at - timedelta(minutes=policy.check_in.early_minutes)


def outcome_due_at(policy: Policy, *, comes_at: datetime) -> datetime:
    """Return when nobody waits any more for what came of a referral to the market."""
    return comes_at + timedelta(days=policy.fallback.outcome_days)


def auto_check_out_at(policy: Policy, *, end_at: datetime) -> datetime:
    """Return when the platform ends a service that nobody checked out of."""
    return end_at + timedelta(minutes=policy.check_out.auto_after_minutes)


def acts_believed_until(policy: Policy, *, end_at: datetime) -> datetime:
    """Return until when what a device signed of a service may still come, and is believed."""
    return auto_check_out_at(policy, end_at=end_at) + timedelta(hours=policy.check_in.offline_hours)


def silence_at(policy: Policy, *, awaited_from: datetime) -> datetime:
    """Return when the recipient's silence counts as agreement."""
    return awaited_from + timedelta(hours=policy.confirm.auto_after_hours)


def is_late_cancellation(policy: Policy, *, start_at: datetime, now: datetime) -> bool:
    """Tell whether giving up now is later than the free limit."""
    return start_at - now < timedelta(hours=policy.cancel.free_before_hours)


def undecided_at(policy: Policy, *, disputed_at: datetime) -> datetime:
    """Return when a dispute that nobody decided ends by itself."""
    return disputed_at + timedelta(days=policy.dispute.decide_days)


def unreviewed_at(policy: Policy, *, placed_at: datetime, start_at: datetime) -> datetime:
    """Return when a request that nobody reviewed is closed: never after its start."""
    return max(placed_at, min(start_at, placed_at + timedelta(hours=policy.order.review_hours)))


def unfunded_at(policy: Policy, *, asked_at: datetime) -> datetime:
    """Return when an order is closed whose funding nobody answered."""
    return asked_at + timedelta(hours=policy.order.funding_hours)


def unbegun_at(policy: Policy, *, end_at: datetime) -> datetime:
    """Return when a visit is closed that nobody began: not before a check-in made without a network may be sent."""
    return end_at + timedelta(hours=max(policy.noshow.close_hours, policy.check_in.offline_hours))


def unsigned_at(policy: Policy, *, confirmed_at: datetime) -> datetime:
    """Return when hours that nobody signed are refused."""
    return confirmed_at + timedelta(days=policy.confirm.sign_days)


REVIEW, FUNDING, BEGIN, SIGNATURE = "review", "funding", "begin", "signature"
EXPIRE, AUTO_CHECK_OUT, SILENCE, DECISION = "expire", "auto_check_out", "silence", "decision"
ASK = "ask"
"""Of an order that nobody has taken: its recipient is asked what now."""
REFERRAL = "referral"
"""Of an order that was referred to the market: nobody said what came of it."""
SEAT_FREE = "seat_free"
"""Of an activity: a seat was given up, and whoever waits longest moves up."""
ACTIVITY_ENDS = "activity_ends"
"""Of an activity: nobody waits for a seat any more."""
SAMPLE = "sample"
"""Of an order: nobody reached the recipient of a drawn one, and nobody tries any more."""
GATES, OFFERS = "gates", "offers"
"""Of a person: what they have taken, or receive, is looked at again, for something was told of them."""


PLACES, INCIDENT_PLACE = "places", "incident_place"
"""Of an order and of an incident: where somebody stood is deleted."""


@dataclass(frozen=True)
class Default:
    """What happens in a state by itself: the kind of what falls due, what is done, and which parameter says when."""

    kind: str
    verb: Verb
    parameter: str


DEFAULTS: Mapping[State, Default] = {
    State.UNDER_REVIEW: Default(REVIEW, Verb.LEAVE_UNREVIEWED, "order.review_hours"),
    State.AWAITING_FUNDING: Default(FUNDING, Verb.LEAVE_UNFUNDED, "order.funding_hours"),
    State.PUBLISHED: Default(EXPIRE, Verb.EXPIRE, "fallback.refer_after_hours"),
    State.TAKEN: Default(BEGIN, Verb.LEAVE_UNBEGUN, "noshow.close_hours"),
    State.IN_SERVICE: Default(AUTO_CHECK_OUT, Verb.CHECK_OUT, "check_out.auto_after_minutes"),
    State.FINISHED: Default(SILENCE, Verb.FALL_SILENT, "confirm.auto_after_hours"),
    State.CONFIRMED: Default(SIGNATURE, Verb.LEAVE_UNSIGNED, "confirm.sign_days"),
    State.DISPUTED: Default(DECISION, Verb.LEAVE_UNDECIDED, "dispute.decide_days"),
}
ORDER_DEADLINES = (*(default.kind for default in DEFAULTS.values()), ASK)
# In these states something falls due by itself.
TICKING = frozenset(DEFAULTS)


def deadlines_of(policy: Policy, order: Order, *, now: datetime) -> dict[str, datetime]:
    """Return what falls due for an order by itself that comes into its state now: when, by kind."""
    if order.state is State.UNDER_REVIEW:
        return {REVIEW: unreviewed_at(policy, placed_at=now, start_at=order.terms.start_at)}
    if order.state is State.AWAITING_FUNDING:
        return {FUNDING: unfunded_at(policy, asked_at=now)}
    if order.state is State.PUBLISHED and order.publication.published_at is not None:
        return _of_published(policy, order, order.publication.published_at)
    if order.state is State.TAKEN:
        return {BEGIN: unbegun_at(policy, end_at=order.terms.end_at)}
    if order.state is State.IN_SERVICE:
        return {AUTO_CHECK_OUT: auto_check_out_at(policy, end_at=order.terms.end_at)} | _places(policy, order)
    if order.state is State.FINISHED and order.word_awaited_from is not None:
        return {SILENCE: silence_at(policy, awaited_from=order.word_awaited_from)} | _places(policy, order)
    if order.state is State.CONFIRMED:
        return {SIGNATURE: unsigned_at(policy, confirmed_at=now)} | _places(policy, order)
    if order.state is State.DISPUTED:
        return {DECISION: undecided_at(policy, disputed_at=now)}
    return {}


def _of_published(policy: Policy, order: Order, published_at: datetime) -> dict[str, datetime]:
    """Return when its recipient is asked what now, once, and when it expires: not before they wait no more."""
    terms, opened = order.terms, order.publication
    due = opened.wait_until or expires_at(
        policy, published_at=published_at, start_at=terms.start_at, persons=terms.persons
    )
    ask_at = asks_at(policy, published_at=published_at, expires=due)
    is_asked = opened.asked_at is not None or order.kind is not Kind.HELP or ask_at >= due
    return {EXPIRE: due} if is_asked else {EXPIRE: due, ASK: ask_at}


def _places(policy: Policy, order: Order) -> dict[str, datetime]:
    """Return when, at the earliest, the places of an order are deleted, if there are any."""
    has_place = any(part.in_place or part.out_place for part in order.assignments)
    return {PLACES: order.terms.end_at + timedelta(days=policy.retention.location_days)} if has_place else {}
