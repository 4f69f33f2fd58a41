"""What the ledger is asked for, and how a redemption ended."""

from dataclasses import dataclass
from uuid import UUID

from libs.contracts.events import redemption as kinds
from libs.events import tells
from services.redemption.core.rules.policy import CREDIT
from services.redemption.requests.rules.redemption import Redemption


@tells(kinds.HoldRequested, subject="hold_id")
@dataclass(frozen=True)
class HoldRequested:
    """The ledger is asked to set the price aside on the payer's wallets."""

    hold_id: UUID
    district_id: UUID
    payer_id: UUID
    payer_district_id: UUID
    amount_minutes: int
    requested_by: UUID
    policy_version: int


@tells(kinds.ReleaseRequested, subject="hold_id")
@dataclass(frozen=True)
class ReleaseRequested:
    """The ledger is asked to give the hold back."""

    hold_id: UUID
    district_id: UUID
    payer_id: UUID
    payer_district_id: UUID
    why: str


@tells(kinds.RedemptionFulfilled, subject="redemption_id")
@dataclass(frozen=True)
class RedemptionFulfilled:
    """Help was given and paid."""

    redemption_id: UUID
    district_id: UUID
    paid_minutes: int
    funding: str


@tells(kinds.RedemptionCancelled, subject="redemption_id")
@dataclass(frozen=True)
class RedemptionCancelled:
    """All credit is free again."""

    redemption_id: UUID
    district_id: UUID
    why: str


def hold_requested(redemption: Redemption) -> HoldRequested:
    """Return what the ledger is asked for."""
    return HoldRequested(
        hold_id=redemption.redemption_id,
        district_id=redemption.district_id,
        payer_id=redemption.payer_id,
        payer_district_id=redemption.payer_district_id,
        amount_minutes=redemption.terms.price_minutes,
        requested_by=redemption.asked.by,
        policy_version=redemption.policy_version,
    )


def release_requested(redemption: Redemption) -> ReleaseRequested:
    """Return what the ledger is asked for."""
    return ReleaseRequested(
        hold_id=redemption.redemption_id,
        district_id=redemption.district_id,
        payer_id=redemption.payer_id,
        payer_district_id=redemption.payer_district_id,
        why=redemption.end_why or "",
    )


def redemption_fulfilled(redemption: Redemption, *, paid_minutes: int) -> RedemptionFulfilled:
    """Return what is told of help that was paid."""
    return RedemptionFulfilled(redemption.redemption_id, redemption.district_id, paid_minutes, CREDIT)


def redemption_cancelled(redemption: Redemption) -> RedemptionCancelled:
    """Return what is told of help that was not given."""
    return RedemptionCancelled(redemption.redemption_id, redemption.district_id, redemption.end_why or "")
