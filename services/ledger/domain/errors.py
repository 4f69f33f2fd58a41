"""The refusals of the ledger, one class per rule, and the numbers they have in the journal."""

from __future__ import annotations

from typing import ClassVar

from libs.errors import (
    ConflictError,
    IdReusedError,
    NotFoundError,
    Refusal,
    RuleError,
)
from libs.programme.refusals import (
    AlreadyReversedError,
    CreditNotGiftableError,
    CreditRemainingError,
    CrossDistrictDisabledError,
    EstateSettledError,
    GiftCapExceededError,
    GiftDisabledError,
    GoodsNotAllowedError,
    InsufficientCreditsError,
    MinutesOutOfRangeError,
    OpenObligationsError,
    PoolInsufficientError,
    WalletFrozenError,
)


class NotReversibleError(RuleError):
    """This cannot be reversed here."""


class SettlementThroughOrdersError(RuleError):
    """A settlement is reversed whole, through its order."""


class HoldClosedError(RuleError):
    """The hold is closed."""


class CaptureAboveHoldError(RuleError):
    """More than what is held."""

    price_minutes: int


class HoldExistsError(RuleError):
    """This order already has a hold."""


class SameWalletError(RuleError):
    """Debit and credit are the same wallet."""


class DateOutOfRangeError(RuleError):
    """The date must be in the years 2000 to 2100."""

    month: str | None = None


class OtherDistrictWithoutClearingError(RuleError):
    """Another district's wallet is reached through clearing only."""


class ScanMissingError(RuleError):
    """A migrated book needs its scan."""


class NothingDueError(RuleError):
    """There is no credit to move."""


class WalletNotFoundError(NotFoundError):
    """No such wallet."""


class TransferNotFoundError(NotFoundError):
    """No such transfer."""


class DistrictNotFoundError(NotFoundError):
    """No such district."""


class ProposalNotFoundError(NotFoundError):
    """No such proposal."""


class NotSealedYetError(ConflictError):
    """No signed checkpoint covers it yet; ask again in a moment."""

    retry_after_seconds: ClassVar[int | None] = 2

    position: int
    sealed: int


class NotAddedUpYetError(ConflictError):
    """The month's rows are not added up yet; ask again in a moment."""

    retry_after_seconds: ClassVar[int | None] = 2

    position: int
    added_up: int


class PeriodNotOverError(RuleError):
    """The month is not over."""

    month: str


class PeriodEmptyError(RuleError):
    """The district's book has no entries."""

    month: str


class PeriodAlreadyClosedError(ConflictError):
    """The month is closed already."""

    month: str


class PeriodCloseNotFoundError(NotFoundError):
    """No such period close."""


class WalletsNotFrozenError(ConflictError):
    """The wallets are not frozen.

    The person lives, as far as the ledger has heard: there is no estate.
    """


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
    26: OtherDistrictWithoutClearingError,
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
