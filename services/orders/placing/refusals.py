"""What is refused when help is asked for, in two languages."""

from __future__ import annotations

from libs.errors import RuleError


class StartPassedError(RuleError):
    """Help cannot be asked for a time that is over."""

    code = "start_passed"
    zh = "开始时间已过"
    en = "The start is in the past"


class FundingNotAllowedError(RuleError):
    """This service may not be paid from this source."""

    code = "funding_not_allowed"
    zh = "该服务不可使用此支付来源"
    en = "This service may not be paid from this source"


class WalletFrozenError(RuleError):
    """The person has died."""

    code = "wallet_frozen"
    zh = "该人员已去世，账户已冻结"
    en = "The person has died"


class RecipientOverlapError(RuleError):
    """The recipient already has help at that time."""

    code = "recipient_overlap"
    zh = "服务对象该时段已有服务"
    en = "The recipient already has help at that time"


class NotEligibleForPoolError(RuleError):
    """The pool serves listed hardship groups only."""

    code = "not_eligible_for_pool"
    zh = "不在公共时间池服务对象之列"
    en = "The pool serves listed hardship groups only"


class ProgrammeBudgetExhaustedError(RuleError):
    """The month's budget does not cover it, or is not set."""

    code = "programme_budget_exhausted"
    zh = "本月项目预算不足或未设定"
    en = "The month's programme budget does not cover it, or is not set"
