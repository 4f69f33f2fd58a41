"""What groups refuses, and why, in two languages."""

from libs.errors import RuleError


class GroupLeaderUnfitError(RuleError):
    """An active adult answers for a group."""


class GroupTooLargeError(RuleError):
    """A group has no more members than this."""
