"""What redemption refuses: one class per rule, with its stable code."""

from libs.errors import ConflictError, ForbiddenError, NotFoundError, Refusal, RuleError
from libs.programme.refusals import (
    ConsentMissingError as ConsentMissingError,
    PolicyMissingError as PolicyMissingError,
)


class RelationNotVerifiedError(ForbiddenError):
    """The relation is declared but not verified, or unknown."""

    code = "relation_not_verified"
    zh = "亲属关系未经核实"
    en = "The relation is not verified"


class MakerIsCheckerError(ForbiddenError):
    """The same person on both sides of a two-person act."""

    code = "maker_is_checker"
    zh = "提出人不得自己核准"
    en = "Whoever proposed it cannot decide it"


class SelfApprovalError(ForbiddenError):
    """Nobody decides as staff what concerns their own credit."""

    code = "self_approval"
    zh = "不得审定本人的事项"
    en = "Nobody decides about their own credit"


class ApproverRelatedError(ForbiddenError):
    """Nobody decides as staff about the credit of a relative or housemate."""

    code = "approver_related"
    zh = "不得审定亲属或同住人的事项"
    en = "Nobody decides about the credit of a relative or housemate"


class PersonNotFoundError(NotFoundError):
    """No such person is known here."""

    code = "person_not_found"
    zh = "没有找到此人"
    en = "There is no such person"


class UnitNotFoundError(NotFoundError):
    """No such unit is known here."""

    code = "unit_not_found"
    zh = "没有找到该单位"
    en = "There is no such unit"


class AlreadyDecidedError(ConflictError):
    """A proposal is decided once."""

    code = "already_decided"
    zh = "已经决定"
    en = "This was decided already"


class PersonNotDeceasedError(ConflictError):
    """An estate is settled after a death only."""

    code = "person_not_deceased"
    zh = "此人未登记去世"
    en = "No death is recorded for this person"


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


class MinHoursNotServedError(RuleError):
    """The payer has not served the hours asked for."""

    code = "min_hours_not_served"
    zh = "服务时长尚未达到兑换要求"
    en = "The payer has not yet served the hours that the policy asks for"


class WeeklyLimitExceededError(RuleError):
    """More credit-funded help in a week than allowed."""

    code = "weekly_limit_exceeded"
    zh = "超过每周兑换上限"
    en = "More help for credit in one week than the policy allows"


class WalletFrozenError(RuleError):
    """The wallets belong to a person who has died."""

    code = "wallet_frozen"
    zh = "此人已去世，时间已冻结"
    en = "The wallets belong to a person who has died"


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


class GrantAmountUnsetError(RuleError):
    """The bureau has not entered the amount."""

    code = "grant_amount_unset"
    zh = "民政部门尚未填写每月发放数"
    en = "The bureau has not entered the monthly amount"


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


class HeirNotEligibleError(RuleError):
    """Not a verified relative of the age asked for."""

    code = "heir_not_eligible"
    zh = "承接人不是已核实的亲属或年龄不足"
    en = "Not a verified relative of the age the policy asks for"


class RecipientOverlapError(RuleError):
    """Orders found other help at that time."""

    code = "recipient_overlap"
    zh = "该时段已有服务"
    en = "The recipient already has help at that time"


class InsufficientCreditsError(RuleError):
    """The ledger found too little available credit."""

    code = "insufficient_credits"
    zh = "可用时间不足"
    en = "Not enough available credit"


class CreditNotGiftableError(RuleError):
    """Only earned credit is given on."""

    code = "credit_not_giftable"
    zh = "只有自己赚得的时间可以转赠或捐赠"
    en = "Only earned credit can be given or donated"


class PoolInsufficientError(RuleError):
    """The pool cannot cover it."""

    code = "pool_insufficient"
    zh = "公共时间池不足"
    en = "The pool cannot cover it"


class OpenObligationsError(RuleError):
    """Something is still open."""

    code = "open_obligations"
    zh = "还有未完成的申请或冻结"
    en = "There are open requests or holds"


class DeclinedError(RuleError):
    """Declined elsewhere, with a code of its own."""

    code = "declined"
    zh = "申请未获通过"
    en = "The request was declined"


_BY_CODE: dict[str, type[Refusal]] = {
    kind.code: kind for kind in list(globals().values()) if isinstance(kind, type) and issubclass(kind, RuleError)
}


def declined(code: str, **fields: object) -> Refusal:
    """Return the refusal that a declined request is answered with, whoever declined it."""
    known = _BY_CODE.get(code)
    refusal = known(**fields) if known else DeclinedError(**fields)
    refusal.code = code  # type: ignore[misc]  # a code of another service is passed on as it came
    return refusal
