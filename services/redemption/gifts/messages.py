"""What the ledger is asked to post."""

from dataclasses import dataclass
from uuid import UUID

from libs.contracts.events import redemption
from libs.events import tells
from services.redemption.gifts.rules import CreditKind, CreditRequest


@tells(redemption.GiftRequested, subject="gift_id")
@dataclass(frozen=True, kw_only=True)
class GiftRequested:
    """A gift to a relative."""

    gift_id: UUID
    district_id: UUID
    giver_id: UUID
    giver_district_id: UUID
    receiver_id: UUID | None
    receiver_district_id: UUID | None
    amount_minutes: int
    requested_by: UUID
    policy_version: int
    decided_by: UUID | None


@tells(redemption.DonationRequested, subject="donation_id")
@dataclass(frozen=True, kw_only=True)
class DonationRequested:
    """A donation to the pool."""

    donation_id: UUID
    district_id: UUID
    giver_id: UUID
    amount_minutes: int
    requested_by: UUID
    policy_version: int
    decided_by: UUID | None


@tells(redemption.GoodsRequested, subject="exchange_id")
@dataclass(frozen=True, kw_only=True)
class GoodsRequested:
    """An exchange for goods or benefits."""

    exchange_id: UUID
    district_id: UUID
    payer_id: UUID
    amount_minutes: int
    requested_by: UUID
    policy_version: int
    decided_by: UUID | None


def credit_requested(request: CreditRequest) -> GiftRequested | DonationRequested | GoodsRequested:
    """Return what the ledger is asked to post."""
    if request.kind is CreditKind.GIFT:
        return _gift(request)
    if request.kind is CreditKind.DONATION:
        return DonationRequested(
            donation_id=request.request_id,
            district_id=request.district_id,
            giver_id=request.giver_id,
            amount_minutes=request.amount_minutes,
            requested_by=request.asked.by,
            policy_version=request.policy_version,
            decided_by=request.decided_by,
        )
    return GoodsRequested(
        exchange_id=request.request_id,
        district_id=request.district_id,
        payer_id=request.giver_id,
        amount_minutes=request.amount_minutes,
        requested_by=request.asked.by,
        policy_version=request.policy_version,
        decided_by=request.decided_by,
    )


def _gift(request: CreditRequest) -> GiftRequested:
    return GiftRequested(
        gift_id=request.request_id,
        district_id=request.district_id,
        giver_id=request.giver_id,
        giver_district_id=request.giver_district_id,
        receiver_id=request.receiver_id,
        receiver_district_id=request.receiver_district_id,
        amount_minutes=request.amount_minutes,
        requested_by=request.asked.by,
        policy_version=request.policy_version,
        decided_by=request.decided_by,
    )
