"""What more than one feature refuses, and what a request is answered with that was declined elsewhere."""

from libs.errors import ConflictError, ForbiddenError, NotFoundError, Refusal, RuleError


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


class MinHoursNotServedError(RuleError):
    """The payer has not served the hours asked for."""

    code = "min_hours_not_served"
    zh = "服务时长尚未达到兑换要求"
    en = "The payer has not yet served the hours that the policy asks for"


class WalletFrozenError(RuleError):
    """The wallets belong to a person who has died."""

    code = "wallet_frozen"
    zh = "此人已去世，时间已冻结"
    en = "The wallets belong to a person who has died"


class InsufficientCreditsError(RuleError):
    """The ledger found too little available credit."""

    code = "insufficient_credits"
    zh = "可用时间不足"
    en = "Not enough available credit"


class DeclinedError(RuleError):
    """Declined elsewhere, with a code of its own."""

    code = "declined"
    zh = "申请未获通过"
    en = "The request was declined"


def declined(code: str, **fields: object) -> Refusal:
    """Return the refusal that a declined request is answered with, whoever declined it."""
    found = next((kind for kind in _own_rules() if kind.code == code), None)
    refusal = found(**fields) if found else DeclinedError(**fields)
    refusal.code = code  # type: ignore[misc]  # a code of another service is passed on as it came
    return refusal


def _own_rules() -> list[type[RuleError]]:
    """Return the rules of all features; which of them there are is known once the service is put together."""
    return [kind for kind in RuleError.__subclasses__() if kind.__module__.startswith("services.redemption.")]
