"""Every refusal of this service, one class per rule; codes are those of the scenarios' table."""

from libs.errors import ConflictError, ForbiddenError, NotFoundError, OutOfScopeError, PersonSuspendedError, RuleError
from libs.programme.refusals import ConsentMissingError

__all__ = ["ConsentMissingError", "ForbiddenError", "OutOfScopeError", "PersonSuspendedError"]


class OrderNotFoundError(NotFoundError):
    """No order with this id, or none that the caller may see."""

    code = "order_not_found"
    zh = "没有找到该订单"
    en = "There is no such order"


class RecordNotFoundError(NotFoundError):
    """No proposal, record, incident or certificate with this id."""

    code = "record_not_found"
    zh = "没有找到该记录"
    en = "There is no such record"


class RelationNotVerifiedError(ForbiddenError):
    """The relation is only declared."""

    code = "relation_not_verified"
    zh = "亲属关系未核实"
    en = "The relation is declared but not verified"


class NotAssignedError(ForbiddenError):
    """The caller is not the volunteer of this order."""

    code = "not_assigned"
    zh = "不是本单的志愿者"
    en = "The caller is not the volunteer of this order"


class NotOfferedToYouError(ForbiddenError):
    """There is no open offer of this order to the caller."""

    code = "not_offered_to_you"
    zh = "没有向您发出的指派意向"
    en = "This order is not offered to the caller"


class SelfApprovalError(ForbiddenError):
    """Approving, checking, deciding or reversing one's own hours."""

    code = "self_approval"
    zh = "不得审核自己的服务时间"
    en = "Nobody approves their own hours"


class ApproverRelatedError(ForbiddenError):
    """The approver is a relative or housemate of the volunteer or the recipient."""

    code = "approver_related"
    zh = "审核人与志愿者或服务对象有亲属或同户关系"
    en = "The approver is a relative or housemate of the volunteer or the recipient"


class MakerIsCheckerError(ForbiddenError):
    """The same person on both sides of a two-person act."""

    code = "maker_is_checker"
    zh = "经办与复核不得为同一人"
    en = "The same person cannot be on both sides of this act"


class AlreadyReversedError(ConflictError):
    """A settlement is reversed once."""

    code = "already_reversed"
    zh = "已经冲正过"
    en = "It was reversed before"


class WrongOrderStateError(ConflictError):
    """The verb is not allowed in the order's state."""

    code = "wrong_order_state"
    zh = "订单当前状态不允许该操作"
    en = "The order's state does not allow this"


class MinutesOutOfRangeError(RuleError):
    """Outside the service's limits, or more than was reported."""

    code = "minutes_out_of_range"
    zh = "分钟数超出范围"
    en = "The minutes are outside the limits"


class StartPassedError(RuleError):
    """Help cannot be asked for a time that is over."""

    code = "start_passed"
    zh = "开始时间已过"
    en = "The start is in the past"


class ServedInFutureError(RuleError):
    """A slip cannot tell of service that has not happened."""

    code = "served_in_future"
    zh = "服务尚未结束"
    en = "This service is not over yet"


class ServiceNotFoundError(RuleError):
    """No such code in the catalogue."""

    code = "service_not_found"
    zh = "目录中没有该服务"
    en = "No such service in the catalogue"


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


class GradeOutsideLimitsError(RuleError):
    """The recipient's ability grade bars volunteers from this service."""

    code = "grade_outside_limits"
    zh = "服务对象能力等级超出志愿服务范围"
    en = "The recipient's ability grade bars volunteers from this service"


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


class TrainingMissingError(RuleError):
    """Not trained."""

    code = "training_missing"
    zh = "尚未完成培训"
    en = "The volunteer is not trained"


class InsuranceMissingError(RuleError):
    """No accident insurance valid on the day."""

    code = "insurance_missing"
    zh = "当日没有有效的意外保险"
    en = "No accident insurance is valid on the day"


class CertificateMissingError(RuleError):
    """The service needs a certificate that the volunteer does not hold."""

    code = "certificate_missing"
    zh = "缺少该服务所需证书"
    en = "The service needs a certificate that the volunteer does not hold"


class BadCreditRecordError(RuleError):
    """The volunteer's public credit record is not clean."""

    code = "bad_credit_record"
    zh = "公共信用记录不良"
    en = "The volunteer's public credit record is not clean"


class VolunteerTooYoungError(RuleError):
    """Below the minimum age."""

    code = "volunteer_too_young"
    zh = "低于最低年龄"
    en = "Below the minimum age"


class VolunteerTooOldError(RuleError):
    """Above the maximum age."""

    code = "volunteer_too_old"
    zh = "超过最高年龄"
    en = "Above the maximum age"


class GuardianRequiredError(RuleError):
    """A minor needs a verified parent or grandparent with them."""

    code = "guardian_required"
    zh = "未成年人须由经核实的父母或祖父母陪同"
    en = "A minor needs a verified parent or grandparent with them"


class MinorGroupOnlyError(RuleError):
    """A minor may serve only within a group."""

    code = "minor_group_only"
    zh = "未成年人只能参加团体服务"
    en = "A minor may serve only within a group"


class RiskTooHighForMinorError(RuleError):
    """Minors take low-risk services only."""

    code = "risk_too_high_for_minor"
    zh = "该服务风险不适合未成年人"
    en = "This service is too risky for a minor"


class NotInGroupError(RuleError):
    """The group is not registered, has ended, lacks an adult who answers for it, or the volunteer is not in it."""

    code = "not_in_group"
    zh = "未登记的团体，或志愿者不是该团体成员"
    en = "No registered group of this id has the volunteer as a member"


class RelatedPartyError(RuleError):
    """Same household as, or relative of, the recipient."""

    code = "related_party"
    zh = "不得为亲属或同户人服务取得时间"
    en = "The volunteer is a relative or housemate of the recipient"


class OrderOverlapError(RuleError):
    """The volunteer already has an order at that time."""

    code = "order_overlap"
    zh = "志愿者该时段已有订单"
    en = "The volunteer already has an order at that time"


class VolunteerPausedError(RuleError):
    """Paused after repeated no-shows."""

    code = "volunteer_paused"
    zh = "多次爽约，暂停接单"
    en = "Paused after repeated no-shows"


class ProviderRequiredError(RuleError):
    """Purchased hours are worked by the provider's staff."""

    code = "provider_required"
    zh = "政府购买服务由服务机构人员承担"
    en = "Purchased hours are worked by the provider's staff"


class CrossDistrictDisabledError(RuleError):
    """Credit does not yet move between these districts."""

    code = "cross_district_disabled"
    zh = "尚未开通跨区通存通兑"
    en = "Credit does not yet move between these districts"


class OfferLapsedError(RuleError):
    """The offer was not accepted in time."""

    code = "offer_lapsed"
    zh = "指派意向已过期"
    en = "The offer was not accepted in time"


class EmergencyNotForVolunteersError(RuleError):
    """An emergency is never a volunteer's order."""

    code = "emergency_not_for_volunteers"
    zh = "紧急求助不派给志愿者"
    en = "An emergency is never a volunteer's order"


class IncidentsExceededError(RuleError):
    """One caller opened more emergencies within the hour than anybody can mean."""

    code = "incidents_exceeded"
    zh = "一小时内求助次数过多，请直接拨打120或社区电话"
    en = "Too many emergencies within an hour: please call 120 or the community directly"


class CheckInTooEarlyError(RuleError):
    """Before the check-in window."""

    code = "check_in_too_early"
    zh = "尚未到可签到时间"
    en = "Before the check-in window"


class DoorCodeWrongError(RuleError):
    """Not the code of this order."""

    code = "door_code_wrong"
    zh = "门码不正确"
    en = "Not the door code of this order"
    keeps_effects = True  # The wrong code is counted.


class DoorCodeLockedError(RuleError):
    """Five wrong codes on this order."""

    code = "door_code_locked"
    zh = "门码已锁定，请服务对象一方更换新门码"
    en = "Too many wrong codes: the recipient's side must have a new door code made"


class NoShowTooEarlyError(RuleError):
    """Before the waiting time is over."""

    code = "no_show_too_early"
    zh = "等待时间未满，不能报爽约"
    en = "The waiting time is not over"


class DisputeWindowClosedError(RuleError):
    """Later than the policy allows."""

    code = "dispute_window_closed"
    zh = "已超过提出争议的期限"
    en = "The time to dispute is over"


class SubmissionFlaggedError(RuleError):
    """Flagged submissions are approved one by one."""

    code = "submission_flagged"
    zh = "有风险标记，须逐单审核"
    en = "Flagged submissions are approved one by one"


class PolicyMissingError(RuleError):
    """The district has no policy in force on that day."""

    code = "policy_missing"
    zh = "该区尚无生效的规则"
    en = "The district has no policy in force"
