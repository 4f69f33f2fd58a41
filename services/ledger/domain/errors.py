"""The refusals of the ledger, one class per rule, and the numbers they have in the journal."""

from __future__ import annotations

from libs.errors import (
    ConflictError,
    ForbiddenError,
    IdReusedError,
    InvalidError,
    NotFoundError,
    OutOfScopeError,
    Refusal,
    RuleError,
)

__all__ = ["IdReusedError", "OutOfScopeError"]


class InsufficientCreditsError(RuleError):
    """Not enough available credit."""

    code = "insufficient_credits"
    zh = "可用时间不足"
    en = "Not enough available credit"


class PoolInsufficientError(RuleError):
    """The pool cannot cover it."""

    code = "pool_insufficient"
    zh = "公共时间池不足"
    en = "The public pool cannot cover it"


class WalletFrozenError(RuleError):
    """The wallets belong to a person who has died."""

    code = "wallet_frozen"
    zh = "该账户持有人已去世，时间已冻结"
    en = "The wallets belong to a person who has died"


class GiftDisabledError(RuleError):
    """The policy allows no gifts."""

    code = "gift_disabled"
    zh = "本区规则不允许转赠"
    en = "The policy allows no gifts"


class GiftCapExceededError(RuleError):
    """More than the giver may give in a month."""

    code = "gift_cap_exceeded"
    zh = "超过每月转赠上限"
    en = "More than the giver may give in a month"


class CreditNotGiftableError(RuleError):
    """Only earned credit can be given or donated."""

    code = "credit_not_giftable"
    zh = "只有自己赚得的时间可以转赠或捐赠"
    en = "Only earned credit can be given or donated"


class GoodsNotAllowedError(RuleError):
    """The policy gives services only."""

    code = "goods_not_allowed"
    zh = "本区规则只兑换服务"
    en = "The policy gives services only"


class CrossDistrictDisabledError(RuleError):
    """Credit does not yet move between these districts."""

    code = "cross_district_disabled"
    zh = "这些区之间尚不能通存通兑"
    en = "Credit does not yet move between these districts"


class AlreadyReversedError(RuleError):
    """A transfer is reversed once."""

    code = "already_reversed"
    zh = "该笔已经冲正过"
    en = "It was reversed before"


class NotReversibleError(RuleError):
    """Reversals, holds and refusals cannot be reversed."""

    code = "not_reversible"
    zh = "该笔不可冲正"
    en = "This cannot be reversed here"


class SettlementThroughOrdersError(RuleError):
    """A settlement is reversed whole, through orders."""

    code = "settlement_through_orders"
    zh = "服务结算须由订单整体冲正"
    en = "A settlement is reversed whole, through its order"


class HoldClosedError(RuleError):
    """The hold was captured or released before."""

    code = "hold_closed"
    zh = "该冻结已结束"
    en = "The hold is closed"


class CaptureAboveHoldError(RuleError):
    """More than what is held."""

    code = "capture_above_hold"
    zh = "扣减超过冻结的时间"
    en = "More than what is held"


class HoldExistsError(RuleError):
    """This order already has a hold."""

    code = "hold_exists"
    zh = "该订单已有冻结"
    en = "This order already has a hold"


class SameWalletError(RuleError):
    """Debit and credit are the same wallet."""

    code = "same_wallet"
    zh = "转出与转入相同"
    en = "Debit and credit are the same wallet"


class MinutesOutOfRangeError(RuleError):
    """Minutes must be whole, more than zero and below the limit."""

    code = "minutes_out_of_range"
    zh = "分钟数超出范围"
    en = "Minutes out of range"


class DateOutOfRangeError(RuleError):
    """Credit takes effect between the years 2000 and 2100."""

    code = "date_out_of_range"
    zh = "日期须在2000年至2100年之间"
    en = "The date must be in the years 2000 to 2100"


class OtherBookError(RuleError):
    """Another district's wallet is reached through clearing only."""

    code = "other_district_without_clearing"
    zh = "跨区须经清算"
    en = "Another district's wallet is reached through clearing only"


class MakerIsCheckerError(ForbiddenError):
    """The same person on both sides of a two-person act."""

    code = "maker_is_checker"
    zh = "提出与审定不得为同一人"
    en = "Whoever proposed it cannot decide it"


class NotAuthorisedError(ForbiddenError):
    """No role allows this."""

    code = "not_authorised"
    zh = "无权进行此操作"
    en = "No role of the caller allows this"


class SelfApprovalError(ForbiddenError):
    """Nobody decides what concerns their own credit."""

    code = "self_approval"
    zh = "不得审定本人的事项"
    en = "Nobody decides about their own credit"


class ApproverRelatedError(ForbiddenError):
    """Nobody decides about the credit of a relative or housemate."""

    code = "approver_related"
    zh = "不得审定亲属或同住人的事项"
    en = "Nobody decides about the credit of a relative or housemate"


class ScanMissingError(RuleError):
    """A migrated book needs its scan."""

    code = "scan_missing"
    zh = "旧账本须附扫描件"
    en = "A migrated book needs its scan"


class AlreadyDecidedError(ConflictError):
    """A proposal is decided once."""

    code = "already_decided"
    zh = "该提议已有决定"
    en = "This proposal was decided before"


class CreditRemainingError(RuleError):
    """A person with credit is erased only when it is given to the pool."""

    code = "credit_remaining"
    zh = "仍有时间余额"
    en = "Credit remains; give it to the pool first"


class OpenObligationsError(RuleError):
    """Open orders or holds."""

    code = "open_obligations"
    zh = "仍有未完成的订单或冻结"
    en = "Open orders or holds remain"


class NothingDueError(RuleError):
    """There is no credit that this act could move."""

    code = "nothing_due"
    zh = "没有可移动的时间"
    en = "There is no credit to move"


class WalletNotFoundError(NotFoundError):
    """No such wallet."""

    code = "wallet_not_found"
    zh = "没有这个时间账户"
    en = "No such wallet"


class TransferNotFoundError(NotFoundError):
    """No such transfer."""

    code = "transfer_not_found"
    zh = "没有这笔记录"
    en = "No such transfer"


class PersonNotFoundError(NotFoundError):
    """The ledger has not heard of this person."""

    code = "person_not_found"
    zh = "没有这个人"
    en = "No such person"


class DistrictNotFoundError(NotFoundError):
    """No such district."""

    code = "district_not_found"
    zh = "没有这个区"
    en = "No such district"


class ProposalNotFoundError(NotFoundError):
    """No such proposal."""

    code = "proposal_not_found"
    zh = "没有这个提议"
    en = "No such proposal"


class NotSealedYetError(NotFoundError):
    """The log's next checkpoint will cover it."""

    code = "not_sealed_yet"
    zh = "尚未写入签名的检查点，请稍后再取"
    en = "No signed checkpoint covers it yet; try again in a few seconds"


class PeriodNotOverError(RuleError):
    """The month has not ended."""

    code = "period_not_over"
    zh = "该月尚未结束"
    en = "The month is not over"


class PeriodEmptyError(RuleError):
    """The district's book has no rows."""

    code = "period_empty"
    zh = "该区账簿没有记录"
    en = "The district's book has no entries"


class PeriodAlreadyClosedError(ConflictError):
    """The month was closed before."""

    code = "period_already_closed"
    zh = "该月已结账"
    en = "The month is closed already"


class PeriodCloseNotFoundError(NotFoundError):
    """No such close."""

    code = "period_close_not_found"
    zh = "没有这次结账"
    en = "No such period close"


class MalformedFieldError(InvalidError):
    """A field is not what it must be."""

    code = "malformed_field"
    zh = "字段格式不正确"
    en = "A field is malformed"


class EstateSettledError(ConflictError):
    """What a dead person left has gone to the heirs or to the pool."""

    code = "estate_settled"
    zh = "遗留时间已处理"
    en = "The estate is settled"


class WalletsNotFrozenError(ConflictError):
    """The person lives, as far as the ledger has heard: there is no estate."""

    code = "wallets_not_frozen"
    zh = "该账户未冻结"
    en = "The wallets are not frozen"


JOURNALLED: dict[int, type[Refusal]] = {
    10: InsufficientCreditsError,
    11: PoolInsufficientError,
    12: WalletFrozenError,
    13: GiftDisabledError,
    14: GiftCapExceededError,
    15: CreditNotGiftableError,
    16: GoodsNotAllowedError,
    17: CrossDistrictDisabledError,
    18: AlreadyReversedError,
    19: NotReversibleError,
    20: SettlementThroughOrdersError,
    21: HoldClosedError,
    22: CaptureAboveHoldError,
    23: HoldExistsError,
    24: SameWalletError,
    25: MinutesOutOfRangeError,
    26: OtherBookError,
    27: CreditRemainingError,
    28: OpenObligationsError,
    29: NothingDueError,
    30: IdReusedError,
    31: DateOutOfRangeError,
    32: EstateSettledError,
    33: WalletsNotFrozenError,
}
"""The refusals that stand in the journal, by outcome number; a number is never given to another."""

OUTCOME_OF = {refusal: number for number, refusal in JOURNALLED.items()}


def code_of(outcome: int) -> str:
    """The refusal code of an outcome number."""
    return JOURNALLED[outcome].code
