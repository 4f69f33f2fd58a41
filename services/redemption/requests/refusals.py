"""What asking for help refuses: one class per rule, with its stable code."""

from libs.errors import RuleError


class StartInPastError(RuleError):
    """The start is in the past."""


class RecipientTooYoungError(RuleError):
    """The recipient is below the age for help paid by credit."""

    min_age: int


class RelativeNotAllowedError(RuleError):
    """The policy does not let this relation pay."""

    kinship: str


class WeeklyLimitExceededError(RuleError):
    """More help for credit in one week than the policy allows."""

    week_minutes: int
    price_minutes: int
    limit_minutes: int
