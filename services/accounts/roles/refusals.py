"""What roles refuses, and why, in two languages."""

from libs.errors import ForbiddenError, RuleError


class SecondTooLowError(ForbiddenError):
    """The second of two people is of the same level as the first, or a higher one."""

    code = "second_too_low"
    zh = "复核人的级别不能低于提议人"
    en = "The second person must be of the same level as the first, or higher"


class IdentityNotSeenError(RuleError):
    """A staff role is given to somebody whose identity two members of staff have seen."""

    code = "identity_not_seen"
    zh = "授予工作角色前须由两名工作人员核验身份"
    en = "Two members of staff must have seen this person's identity document first"


class SelfGrantError(ForbiddenError):
    """Nobody gives a role to themselves."""

    code = "self_grant"
    zh = "不能给自己授权"
    en = "Nobody may grant a role to themselves"
