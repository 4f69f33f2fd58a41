"""What relations refuses, and why, in two languages."""

from libs.errors import RuleError


class GrantDaysOutOfRangeError(RuleError):
    """The last day of the grant is over, or too far away."""

    days_max: int


class TooManyDeclaredError(RuleError):
    """Too many relations of this person are declared and not verified."""

    max: int


class RelationToSelfError(RuleError):
    """Nobody is their own relative."""
