"""What asking for help refuses: one class per rule, with its stable code."""

from libs.errors import RuleError


class ServiceNotFoundError(RuleError):
    """No such code in the catalogue."""

    code = "service_not_found"
    zh = "服务目录中没有此项"
    en = "There is no such service in the catalogue"


class MinutesOutOfRangeError(RuleError):
    """Outside the service's limits."""

    code = "minutes_out_of_range"
    zh = "时长超出该服务的范围"
    en = "The minutes are outside the limits of this service"


class FundingNotAllowedError(RuleError):
    """This service may not be paid from this source."""

    code = "funding_not_allowed"
    zh = "该服务不可用此方式支付"
    en = "This service may not be paid from this source"


class StartInPastError(RuleError):
    """Help cannot begin before it is asked for."""

    code = "start_in_past"
    zh = "开始时间已过"
    en = "The start is in the past"


class RecipientTooYoungError(RuleError):
    """Below the age at which help is given for credit."""

    code = "recipient_too_young"
    zh = "服务对象未到可兑换的年龄"
    en = "The recipient is below the age for help paid by credit"


class GradeOutsideLimitsError(RuleError):
    """The ability grade bars volunteers from this service."""

    code = "grade_outside_limits"
    zh = "服务对象的能力等级不宜由志愿者提供此服务"
    en = "The recipient's ability grade bars volunteers from this service"


class RelativeNotAllowedError(RuleError):
    """The policy does not let this relation pay."""

    code = "relative_not_allowed"
    zh = "规则不允许为此关系的人兑换"
    en = "The policy does not let this relation pay"


class WeeklyLimitExceededError(RuleError):
    """More credit-funded help in a week than allowed."""

    code = "weekly_limit_exceeded"
    zh = "超过每周兑换上限"
    en = "More help for credit in one week than the policy allows"


class RecipientOverlapError(RuleError):
    """Orders found other help at that time."""

    code = "recipient_overlap"
    zh = "该时段已有服务"
    en = "The recipient already has help at that time"
