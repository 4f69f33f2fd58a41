"""Until when somebody may disagree, and what is told of why hours are reversed."""

from __future__ import annotations

from datetime import datetime, timedelta

from libs.programme.policy import Policy

CODES = frozenset({"dispute", "duplicate", "false_hours", "recording_error"})
"""The usual reasons of a reversal, beside those that a district's rules name."""


def told_why(policy: Policy, why: str) -> str:
    """Return the reason of a reversal where it is a code; words of whoever proposed it are told to nobody."""
    return why if why in CODES.union(policy.reversal.recover_for) else ""


def dispute_closes_at(policy: Policy, *, awaited_from: datetime) -> datetime:
    """Return the last instant of the dispute window."""
    return awaited_from + timedelta(days=policy.dispute.window_days)
