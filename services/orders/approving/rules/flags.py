"""What makes a coordinator look twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from libs.programme.policy import Policy
from libs.programme.words import EvidenceClass
from services.orders.core.rules.evidence import evidence_class, is_one_hand
from services.orders.core.rules.order import Assignment, Order
from services.orders.core.rules.people import Place

ONE_HAND = "one_hand"
FREQUENT_PAIR = "frequent_pair"
PAIR_DAYS = 30
DEVICE_DAYS = 30


@dataclass(frozen=True)
class History:
    """What else is known of a volunteer when one part of an order is looked at."""

    # The minutes of the volunteer's last submissions, newest first, this one included.
    last_minutes: tuple[int, ...] = ()
    # Submissions of this pair within 30 days, this one included.
    pair_count: int = 1
    day_minutes: int = 0
    overlaps: bool = False
    previous_place: Place | None = None
    previous_out_at: datetime | None = None
    device_shared: bool = False


def with_evidence_flags(policy: Policy, order: Order) -> Order:
    """Return the order with weak_evidence as its evidence now says, and flagged where one hand was on both sides."""
    is_weak = any(evidence_class(policy, order, part) == EvidenceClass.ATTESTED for part in order.served)
    flags = order.submission.flags | {"weak_evidence"} if is_weak else order.submission.flags - {"weak_evidence"}
    if any(is_one_hand(order, part) for part in order.served):
        flags |= {ONE_HAND}
    return order.flagged(flags)


def flags_of_part(policy: Policy, order: Order, part: Assignment, history: History) -> frozenset[str]:
    """Return the risk flags that one volunteer's part raises."""
    assert part.checked_in_at is not None
    assert part.checked_out_at is not None
    overrun_minutes = policy.check_out.overrun_minutes
    late = timedelta(minutes=policy.check_in.late_minutes)
    raised = {
        "overlap": history.overlaps,
        "impossible_travel": _travelled_too_fast(policy, part, history),
        "round_minutes": _is_round_streak(policy, history.last_minutes),
        FREQUENT_PAIR: history.pair_count > policy.flag.pair_max_per_30_days,
        "same_device": history.device_shared or _is_confirm_device(order, part),
        "over_daily_limit": history.day_minutes > policy.earn.hard_daily_max_minutes,
        "overrun": part.actual_minutes > order.terms.planned_minutes + overrun_minutes,
        "late_check_in": part.checked_in_at > order.terms.start_at + late,
        "auto_checked_out": part.was_ended,
        "off_place": (part.metres_from_home or 0) > policy.verify.geofence_m,
        "late_entry": order.is_late_entry,
        "offline": part.is_offline,
    }
    return frozenset(flag for flag, is_raised in raised.items() if is_raised)


def is_sampled(policy: Policy, *, draw: int) -> bool:
    """Tell whether a draw from 0 to 99 falls into the sample."""
    assert 0 <= draw < 100
    return draw < policy.review.sample_rate_percent


def with_device_flag(order: Order) -> Order:
    """Return the order flagged when the check-in device also confirmed for the recipient."""
    shared = any(_is_confirm_device(order, part) for part in order.assignments)
    return order.flagged(order.submission.flags | {"same_device"}) if shared else order


def _is_confirm_device(order: Order, part: Assignment) -> bool:
    return bool(part.in_device) and part.in_device == order.confirmation.device


def _is_round_streak(policy: Policy, last_minutes: tuple[int, ...]) -> bool:
    recent = last_minutes[: policy.flag.round_streak]
    is_streak = len(recent) == policy.flag.round_streak
    return is_streak and all(minutes % policy.flag.round_minutes == 0 for minutes in recent)


def _travelled_too_fast(policy: Policy, part: Assignment, history: History) -> bool:
    if history.previous_place is None or history.previous_out_at is None or part.in_place is None:
        return False
    assert part.checked_in_at is not None
    metres = history.previous_place.metres_to(part.in_place)
    seconds = max(0, int((part.checked_in_at - history.previous_out_at).total_seconds()))
    return metres * 3600 > policy.flag.travel_kmh_max * 1000 * seconds
