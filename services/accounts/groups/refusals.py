"""What groups refuses, and why, in two languages."""

from libs.errors import RuleError


class GroupLeaderError(RuleError):
    """An active adult answers for a group."""

    code = "group_leader_unfit"
    zh = "团体负责人须为在册成年人"
    en = "An active adult answers for a group"


class GroupTooLargeError(RuleError):
    """A group has a bounded number of members."""

    code = "group_too_large"
    zh = "团体成员过多"
    en = "A group has no more members than this"
