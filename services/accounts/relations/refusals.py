"""What relations refuses, and why, in two languages."""

from libs.errors import ForbiddenError, RuleError


class RelationNotVerifiedError(ForbiddenError):
    """The relation is unknown or only declared."""

    code = "relation_not_verified"
    zh = "亲属关系未经核实"
    en = "The relation is declared but not verified, or unknown"


class GrantDaysOutOfRangeError(RuleError):
    """A grant to act for somebody lasts from today to a named bound at most."""

    code = "grant_days_out_of_range"
    zh = "委托授权的截止日期超出允许范围"
    en = "The last day of the grant is over, or too far away"


class TooManyDeclaredError(RuleError):
    """So many relations of the person are declared and not verified."""

    code = "too_many_declared"
    zh = "未核实的亲属关系过多"
    en = "Too many relations of this person are declared and not verified"


class SelfRelationError(RuleError):
    """Nobody is their own relative."""

    code = "relation_to_self"
    zh = "不能与本人建立关系"
    en = "Nobody is their own relative"
