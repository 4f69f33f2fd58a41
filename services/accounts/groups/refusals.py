"""What groups refuses, and why, in two languages."""

from uuid import UUID

from libs.errors import RuleError


class GroupLeaderUnfitError(RuleError):
    """An active adult answers for a group."""

    leader_id: UUID


class GroupTooLargeError(RuleError):
    """A group has no more members than this."""

    max: int
