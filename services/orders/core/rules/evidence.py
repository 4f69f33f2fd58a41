"""How strongly hours are proved."""

from __future__ import annotations

from libs.programme.policy import Policy
from libs.programme.words import EvidenceClass
from services.orders.core.rules.order import Assignment, Order

FLAG_WORDS = {
    "weak_evidence": ("时长为荣誉时，证据不足", "The hours are attested, not verified"),
    "overlap": ("与该志愿者其他服务时间重叠", "Overlaps other time the volunteer served"),
    "impossible_travel": ("两次服务之间移动过快", "Faster between two services than one can travel"),
    "round_minutes": ("连续多次均为整数时长", "A long run of round numbers of minutes"),
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


def evidence_of(policy: Policy, order: Order, part: Assignment) -> frozenset[str]:
    """Return the kinds of evidence there are for a volunteer's part."""
    metres = part.metres_from_home
    found = {
        "door_code": part.code_right,
        "place": metres is not None and metres <= policy.verify.geofence_m,
        "call_back": order.submission.called_back_by is not None,
        "paper_slip": order.is_late_entry,
    }
    return frozenset(kind for kind, is_there in found.items() if is_there)


def evidence_class(policy: Policy, order: Order, part: Assignment) -> EvidenceClass:
    """Return verified when one of the policy's sets of evidence is complete, else attested."""
    if order.is_late_entry or is_one_hand(order, part):
        return EvidenceClass.ATTESTED
    found = evidence_of(policy, order, part)
    is_proved = any(found.issuperset(wanted) for wanted in policy.verify.verified_by)
    return EvidenceClass.VERIFIED if is_proved else EvidenceClass.ATTESTED


def is_one_hand(order: Order, part: Assignment) -> bool:
    """Tell whether whoever checked a volunteer in or out also spoke for the recipient's side: that proves nothing."""
    return bool(order.spoke_for_recipient & {part.checked_in_by, part.checked_out_by})
