"""The parameters of a district's programme policy that credit obeys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

POOL = "public_pool"


@dataclass(frozen=True, slots=True)
class CreditPolicy:
    """One version of a district's rules, as far as the ledger needs them."""

    version: int
    rounding_step_minutes: int = 30
    min_countable_minutes: int = 30
    daily_cap_minutes: int | None = None
    per_order_cap_minutes: int | None = None
    balance_cap_minutes: int | None = 90_000
    over_daily_cap_action: str = POOL
    over_cap_action: str = POOL
    group_hours_to: str = POOL
    offline_class: str = "attested"
    gift_enabled: bool = True
    gift_monthly_cap_minutes: int = 600
    goods_allowed: bool = False
    cross_district_enabled: bool = True
    grant_expires_month_end: bool = True
    starting_credit_minutes: int = 0
    settle_estate_within_days: int = 180

    @classmethod
    def from_parameters(cls, version: int, parameters: Mapping[str, Mapping[str, Any]]) -> CreditPolicy:
        """Read the parameters of a complete version."""
        fields = {name: parameters[group][parameter] for name, (group, parameter) in PARAMETERS.items()}
        return cls(version=version, **fields)


PARAMETERS = {
    "rounding_step_minutes": ("time", "rounding_step_minutes"),
    "min_countable_minutes": ("time", "min_countable_minutes"),
    "daily_cap_minutes": ("earn", "daily_cap_minutes"),
    "per_order_cap_minutes": ("earn", "per_order_cap_minutes"),
    "balance_cap_minutes": ("earn", "balance_cap_minutes"),
    "over_daily_cap_action": ("earn", "over_daily_cap_action"),
    "over_cap_action": ("earn", "over_cap_action"),
    "group_hours_to": ("earn", "group_hours_to"),
    "offline_class": ("earn", "offline_class"),
    "gift_enabled": ("transfer", "gift_enabled"),
    "gift_monthly_cap_minutes": ("transfer", "gift_monthly_cap_minutes"),
    "goods_allowed": ("redeem", "goods_allowed"),
    "cross_district_enabled": ("cross_district", "enabled"),
    "grant_expires_month_end": ("grant", "expires_month_end"),
    "starting_credit_minutes": ("grant", "starting_credit_minutes"),
    "settle_estate_within_days": ("death", "settle_within_days"),
}
"""Where each field stands in a published policy: (group, parameter)."""
