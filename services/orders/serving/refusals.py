"""What is refused of taking and serving, in two languages."""

from __future__ import annotations

from libs.errors import ForbiddenError, RuleError


class NotOfferedToYouError(ForbiddenError):
    """There is no open offer of this order to the caller."""

    code = "not_offered_to_you"
    zh = "没有向您发出的指派意向"
    en = "This order is not offered to the caller"


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
