"""How strongly hours are proved."""

from __future__ import annotations

from enum import StrEnum

from libs.programme.policy import Policy
from libs.programme.words import EvidenceClass
from libs.translation import message
from services.orders.core.rules.order import Assignment, Order


class EvidenceKind(StrEnum):
    """What tells that a volunteer was there."""

    DOOR_CODE = "door_code"
    PLACE = "place"
    CALL_BACK = "call_back"
    PAPER_SLIP = "paper_slip"
    DEVICE_KEY = "device_key"
    CHECKLIST = "checklist"


FLAG_WORDS = {
    "weak_evidence": message("The hours are attested, not verified"),
    "overlap": message("Overlaps other time the volunteer served"),
    "impossible_travel": message("Faster between two services than one can travel"),
    "round_minutes": message("A long run of round numbers of minutes"),
    "frequent_pair": message("This pair too often within 30 days"),
    "same_device": message("One device on both sides, or for two volunteers"),
    "late_entry": message("Entered after it was served"),
    "offline": message("Checked in or out without a network, at the time of the device's own clock"),
    "over_daily_limit": message("More minutes that day than the alarm allows"),
    "overrun": message("Served well beyond the plan"),
    "late_check_in": message("Checked in late"),
    "auto_checked_out": message("Ended by the platform"),
    "off_place": message("Checked in far from the recipient's home"),
    "silent_recipient": message("Nobody confirmed in time"),
    "one_hand": message("One person spoke for the recipient's side and checked in or out for the volunteer"),
    "sampled": message("Drawn at random"),
}


def evidence_of(policy: Policy, order: Order, part: Assignment) -> frozenset[EvidenceKind]:
    """Return the kinds of evidence there are for a volunteer's part."""
    metres = part.metres_from_home
    kinds = {
        EvidenceKind.DOOR_CODE: part.code_right,
        EvidenceKind.PLACE: metres is not None and metres <= policy.verify.geofence_m,
        EvidenceKind.CALL_BACK: order.submission.called_back_by is not None,
        EvidenceKind.PAPER_SLIP: order.is_from_slip,
        EvidenceKind.DEVICE_KEY: part.is_offline,
        EvidenceKind.CHECKLIST: bool(part.ticked),
    }
    return frozenset(kind for kind, is_there in kinds.items() if is_there)


def evidence_class(policy: Policy, order: Order, part: Assignment) -> EvidenceClass:
    """Return verified when one of the policy's sets of evidence is complete, else attested.

    What was done without a network is attested: that it was this device is proved, when it was is the device's word.
    """
    if order.is_from_slip or part.is_offline or is_one_hand(order, part):
        return EvidenceClass.ATTESTED
    evidence = evidence_of(policy, order, part)
    is_proved = any(evidence.issuperset(wanted) for wanted in policy.verify.verified_by)
    return EvidenceClass.VERIFIED if is_proved else EvidenceClass.ATTESTED


def is_one_hand(order: Order, part: Assignment) -> bool:
    """Tell whether whoever checked a volunteer in or out also spoke for the recipient's side: that proves nothing."""
    return bool(order.spoke_for_recipient & {part.checked_in_by, part.checked_out_by})
