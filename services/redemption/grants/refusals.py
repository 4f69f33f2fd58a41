"""What grants refuse: one class per rule, with its stable code."""

from libs.errors import RuleError


class GrantAmountUnsetError(RuleError):
    """The bureau has not entered the amount."""

    code = "grant_amount_unset"
    zh = "民政部门尚未填写每月发放数"
    en = "The bureau has not entered the monthly amount"


class PoolInsufficientError(RuleError):
    """The pool cannot cover it."""

    code = "pool_insufficient"
    zh = "公共时间池不足"
    en = "The pool cannot cover it"
