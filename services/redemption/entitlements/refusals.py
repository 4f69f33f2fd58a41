"""What purchased minutes refuse: one class per rule, with its stable code."""

from libs.errors import RuleError


class EntitlementMissingError(RuleError):
    """No purchased hours are recorded."""

    code = "entitlement_missing"
    zh = "没有政府购买服务时长"
    en = "No purchased hours are recorded for the recipient"


class EntitlementExhaustedError(RuleError):
    """This month's minutes do not cover it."""

    code = "entitlement_exhausted"
    zh = "本月政府购买时长不足"
    en = "This month's purchased minutes do not cover it"


class EntitlementOutOfRangeError(RuleError):
    """Outside the policy's minutes per month."""

    code = "entitlement_out_of_range"
    zh = "超出规则规定的每月时长"
    en = "Outside the policy's minutes per month"
