"""What numbers refuses, and why, in two languages."""

from libs.errors import ConflictError, ForbiddenError


class TooManyChangesError(ConflictError):
    """A number that changes again and again is not changed by its owner."""

    code = "too_many_changes"
    zh = "号码变更过于频繁，请明日再试"
    en = "The number was changed too often today"


class CodeWrongError(ForbiddenError):
    """The code is wrong, too old, or was tried too often."""

    code = "code_wrong"
    zh = "验证码不正确或已失效"
    en = "The code is wrong or no longer valid"
