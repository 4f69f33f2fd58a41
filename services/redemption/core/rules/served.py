"""Hours served first, where the policy asks for them."""

from libs.programme.policy import Policy
from services.redemption.core.refusals import MinHoursNotServedError

MINUTES_PER_HOUR = 60


def refuse_min_hours(policy: Policy, *, served_minutes: int) -> None:
    """Whoever pays has served the hours that the policy asks for."""
    least = policy.redeem.min_hours_served * MINUTES_PER_HOUR
    if served_minutes < least:
        raise MinHoursNotServedError(served_minutes=served_minutes, min_minutes=least)
