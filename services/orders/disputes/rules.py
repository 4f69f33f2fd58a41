"""Until when somebody may disagree."""

from __future__ import annotations

from datetime import datetime, timedelta

from libs.programme.policy import Policy


def dispute_closes_at(policy: Policy, *, awaited_from: datetime) -> datetime:
    """Return the last instant of the dispute window."""
    return awaited_from + timedelta(days=policy.dispute.window_days)
