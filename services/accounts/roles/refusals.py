"""What roles refuses, and why, in two languages."""

from libs.errors import ForbiddenError, RuleError


class SecondTooLowError(ForbiddenError):
    """The second person must be of the same level as the first, or higher."""


class IdentityNotSeenError(RuleError):
    """Two members of staff must have seen this person's identity document first."""

    seen_by: int
    needed: int


class SelfGrantError(ForbiddenError):
    """Nobody may grant a role to themselves."""
