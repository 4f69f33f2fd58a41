"""What purchased minutes refuse: one class per rule, with its stable code."""

from libs.errors import RuleError


class EntitlementMissingError(RuleError):
    """No purchased hours are recorded for the recipient."""


class EntitlementExhaustedError(RuleError):
    """This month's purchased minutes do not cover it."""

    available_minutes: int


class EntitlementOutOfRangeError(RuleError):
    """Outside the policy's minutes per month."""

    min_minutes: int
    max_minutes: int
