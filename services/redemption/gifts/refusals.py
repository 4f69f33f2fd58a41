"""What gifts, donations and exchanges refuse: one class per rule, with its stable code."""

from libs.errors import RuleError


class GoodsNotAllowedError(RuleError):
    """Services only."""

    code = "goods_not_allowed"
    zh = "规则只允许兑换服务"
    en = "The policy gives services only"


class GiftDisabledError(RuleError):
    """No gifts."""

    code = "gift_disabled"
    zh = "规则不允许转赠"
    en = "The policy allows no gifts"


class GiftOutsideScopeError(RuleError):
    """Not to this relation."""

    code = "gift_outside_scope"
    zh = "不可转赠给此关系的人"
    en = "The policy does not allow gifts to this relation"


class GiftCapExceededError(RuleError):
    """More than may be given in a month."""

    code = "gift_cap_exceeded"
    zh = "超过每月转赠上限"
    en = "More than the giver may give in a month"


class CreditNotGiftableError(RuleError):
    """Only earned credit is given on."""

    code = "credit_not_giftable"
    zh = "只有自己赚得的时间可以转赠或捐赠"
    en = "Only earned credit can be given or donated"
