"""The refusals that more than one feature gives, in two languages."""

from __future__ import annotations

from libs.errors import ConflictError, ForbiddenError, NotFoundError, RuleError


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


class MakerIsCheckerError(ForbiddenError):
    """The same person on both sides of a two-person act."""

    code = "maker_is_checker"
    zh = "经办与复核不得为同一人"
    en = "The same person cannot be on both sides of this act"


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


class ServiceNotFoundError(RuleError):
    """No such code in the catalogue."""

    code = "service_not_found"
    zh = "目录中没有该服务"
    en = "No such service in the catalogue"


class GradeOutsideLimitsError(RuleError):
    """The recipient's ability grade bars volunteers from this service."""

    code = "grade_outside_limits"
    zh = "服务对象能力等级超出志愿服务范围"
    en = "The recipient's ability grade bars volunteers from this service"
