"""Stars for service time."""

from __future__ import annotations

from libs.programme.policy import Policy

MINUTES_PER_HOUR = 60


def stars_of(policy: Policy, total_minutes: int) -> int:
    """Return how many of the policy's thresholds the served minutes reach."""
    thresholds = policy.star.thresholds_hours
    return sum(1 for hours in thresholds if total_minutes >= hours * MINUTES_PER_HOUR)
