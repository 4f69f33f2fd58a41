"""How strongly hours are proved, and what makes a coordinator look twice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.orders.domain.order import Assignment, Order
from services.orders.domain.people import Place
from services.orders.domain.policy import Policy

VERIFIED, ATTESTED = "verified", "attested"
ONE_HAND = "one_hand"
ROUND_MINUTES = 30
PAIR_DAYS = 30
DEVICE_DAYS = 30

FLAG_WORDS = {
    "weak_evidence": ("时长为荣誉时，证据不足", "The hours are attested, not verified"),
    "overlap": ("与该志愿者其他服务时间重叠", "Overlaps other time the volunteer served"),
    "impossible_travel": ("两次服务之间移动过快", "Faster between two services than one can travel"),
    "round_minutes": ("连续多次均为30分钟的整数倍", "A long run of multiples of 30 minutes"),
    "frequent_pair": ("同一志愿者与老人30天内次数过多", "This pair too often within 30 days"),
    "same_device": ("签到与确认使用同一设备，或多名志愿者共用设备", "One device on both sides, or for two volunteers"),
    "late_entry": ("由纸单补录", "Entered from a paper slip"),
    "over_daily_limit": ("当日服务分钟数超过警示线", "More minutes that day than the alarm allows"),
    "overrun": ("实际时长明显超过计划", "Served well beyond the plan"),
    "late_check_in": ("签到过晚", "Checked in late"),
    "auto_checked_out": ("由平台自动签退", "Ended by the platform"),
    "off_place": ("签到地点距老人住处过远", "Checked in far from the recipient's home"),
    "silent_recipient": ("服务对象逾期未确认", "Nobody confirmed in time"),
    "one_hand": (
        "同一人既代服务对象一方，又为志愿者签到或签退",
        "One person spoke for the recipient's side and checked in or out for the volunteer",
    ),
    "sampled": ("随机抽查", "Drawn at random"),
}


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


def evidence_of(policy: Policy, order: Order, part: Assignment) -> frozenset[str]:
    """Return the kinds of evidence there are for a volunteer's part."""
    metres = part.metres_from_home
    found = {
        "door_code": part.code_right,
        "place": metres is not None and metres <= policy.number("verify", "geofence_m"),
        "call_back": order.called_back_by is not None,
        "paper_slip": order.is_late_entry,
    }
    return frozenset(kind for kind, is_there in found.items() if is_there)


def evidence_class(policy: Policy, order: Order, part: Assignment) -> str:
    """Return verified when one of the policy's sets of evidence is complete, else attested."""
    if order.is_late_entry or is_one_hand(order, part):
        return ATTESTED
    found = evidence_of(policy, order, part)
    return VERIFIED if any(wanted <= found for wanted in policy.evidence_sets()) else ATTESTED


def is_one_hand(order: Order, part: Assignment) -> bool:
    """Tell whether whoever checked a volunteer in or out also spoke for the recipient's side: that proves nothing."""
    return bool(order.spoke_for_recipient & {part.checked_in_by, part.checked_out_by})


def with_evidence_flags(policy: Policy, order: Order) -> Order:
    """Return the order with weak_evidence as its evidence now says, and flagged where one hand was on both sides."""
    is_weak = any(evidence_class(policy, order, part) == ATTESTED for part in order.served)
    flags = order.flags | {"weak_evidence"} if is_weak else order.flags - {"weak_evidence"}
    if any(is_one_hand(order, part) for part in order.served):
        flags |= {ONE_HAND}
    return replace(order, flags=flags)


def flags_of_part(policy: Policy, order: Order, part: Assignment, history: History) -> frozenset[str]:
    """Return the risk flags that one volunteer's part raises."""
    assert part.checked_in_at is not None
    assert part.checked_out_at is not None
    overrun_minutes = policy.number("check_out", "overrun_minutes")
    late = timedelta(minutes=policy.number("check_in", "late_minutes"))
    raised = {
        "overlap": history.overlaps,
        "impossible_travel": _travelled_too_fast(policy, part, history),
        "round_minutes": _is_round_streak(policy.number("flag", "round_streak"), history.last_minutes),
        "frequent_pair": history.pair_count > policy.number("flag", "pair_max_per_30_days"),
        "same_device": history.device_shared or _is_confirm_device(order, part),
        "over_daily_limit": history.day_minutes > policy.number("earn", "hard_daily_max_minutes"),
        "overrun": part.actual_minutes > order.planned_minutes + overrun_minutes,
        "late_check_in": part.checked_in_at > order.start_at + late,
        "auto_checked_out": part.was_ended,
        "off_place": (part.metres_from_home or 0) > policy.number("verify", "geofence_m"),
        "late_entry": order.is_late_entry,
    }
    return frozenset(flag for flag, is_raised in raised.items() if is_raised)


def is_sampled(policy: Policy, *, draw: int) -> bool:
    """Tell whether a draw from 0 to 99 falls into the sample."""
    assert 0 <= draw < 100
    return draw < policy.number("review", "sample_rate_percent")


def with_device_flag(order: Order) -> Order:
    """Return the order flagged when the check-in device also confirmed for the recipient."""
    shared = any(_is_confirm_device(order, part) for part in order.assignments)
    return replace(order, flags=order.flags | {"same_device"}) if shared else order


def _is_confirm_device(order: Order, part: Assignment) -> bool:
    return bool(part.in_device) and part.in_device == order.confirm_device


def _is_round_streak(streak: int, last_minutes: tuple[int, ...]) -> bool:
    recent = last_minutes[:streak]
    return len(recent) == streak and all(minutes % ROUND_MINUTES == 0 for minutes in recent)


def _travelled_too_fast(policy: Policy, part: Assignment, history: History) -> bool:
    if history.previous_place is None or history.previous_out_at is None or part.in_place is None:
        return False
    assert part.checked_in_at is not None
    metres = history.previous_place.metres_to(part.in_place)
    seconds = max(0, int((part.checked_in_at - history.previous_out_at).total_seconds()))
    return metres * 3600 > policy.number("flag", "travel_kmh_max") * 1000 * seconds
