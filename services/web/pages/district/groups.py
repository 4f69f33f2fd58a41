"""What the groups of rules are about, in plain words."""

from __future__ import annotations

from libs.translation import message
from services.web.kit.i18n import say

GROUPS = {
    "programme": message("The programme: its names and its budget"),
    "unit": message("What one unit of credit is"),
    "time": message("How time is counted"),
    "earn": message("Who earns credit, and how much"),
    "coef": message("What an hour of a service counts"),
    "order": message("Asking for help"),
    "offer": message("Offering help to volunteers"),
    "match": message("Who fits: what weighs how much"),
    "plan": message("Planning a day"),
    "check_in": message("Coming to the door"),
    "check_out": message("Leaving"),
    "redeem": message("Using credit"),
    "grant": message("Credit granted each month"),
    "pool": message("The public pool"),
    "transfer": message("Giving credit away"),
    "credit": message("What credit is, and what it is not"),
    "reversal": message("Taking back what was wrong"),
    "death": message("When somebody dies"),
    "exit": message("When somebody leaves"),
    "reserve": message("The reserve"),
    "purchase": message("Purchased help"),
    "fallback": message("When nobody comes"),
    "cross_district": message("Between districts"),
    "verify": message("What proves a visit"),
    "confirm": message("Confirming a visit"),
    "review": message("Looking at hours"),
    "dispute": message("When the two disagree"),
    "cancel": message("Calling off"),
    "noshow": message("When somebody does not come"),
    "late_entry": message("Paper slips"),
    "flag": message("What counts as unusual"),
    "fraud": message("When hours were invented"),
    "star": message("Stars"),
    "insurance": message("Insurance"),
    "agreement": message("Written agreements"),
    "urgent": message("Urgent calls"),
    "series": message("Help every week"),
    "visit": message("Care visits"),
    "retention": message("How long data are kept"),
    "privacy": message("Privacy"),
}


def called(group: str) -> str:
    """Return what a group of rules is about; its own name when it is new."""
    return say(GROUPS[group]) if group in GROUPS else group
