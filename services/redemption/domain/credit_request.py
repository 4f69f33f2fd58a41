"""Credit that changes hands without help: gifts, donations, goods. The ledger decides whether it is there."""

import dataclasses
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from services.redemption.domain.errors import (
    GiftCapExceededError,
    GiftDisabledError,
    GiftOutsideScopeError,
    GoodsNotAllowedError,
    RelationNotVerifiedError,
)
from services.redemption.domain.people import Relation
from services.redemption.domain.policy import Policy, scope_names


class CreditKind(StrEnum):
    """What the credit is for."""

    GIFT = "gift"
    DONATION = "donation"
    EXCHANGE = "exchange"


class RequestState(StrEnum):
    """Asked, and what the ledger answered."""

    REQUESTED = "requested"
    DONE = "done"
    DECLINED = "declined"
    REVERSED = "reversed"


@dataclass(frozen=True)
class CreditRequest:
    """One gift, donation or exchange."""

    request_id: UUID
    kind: CreditKind
    district_id: UUID
    giver_id: UUID
    giver_district_id: UUID
    receiver_id: UUID | None
    receiver_district_id: UUID | None
    amount_minutes: int
    requested_by: UUID
    acting_for: UUID | None
    consent: str | None
    why: str | None
    policy_version: int
    requested_at: datetime
    month: date
    state: RequestState = RequestState.REQUESTED
    code: str | None = None

    def answered(self, state: RequestState, code: str | None = None) -> "CreditRequest":
        """Take the ledger's answer."""
        return dataclasses.replace(self, state=state, code=code)


def refuse_gift(policy: Policy, *, relation: Relation | None, amount_minutes: int, month_minutes: int) -> None:
    """Gifts go to verified relations that the policy names, up to a cap per giver and month.

    Raises:
        GiftDisabledError, RelationNotVerifiedError, GiftOutsideScopeError, GiftCapExceededError: by that rule.
    """
    if not policy.allows("transfer", "gift_enabled"):
        raise GiftDisabledError
    if relation is None or not relation.verified:
        raise RelationNotVerifiedError
    if not scope_names(policy.choice("transfer", "gift_scope"), relation.kind):
        raise GiftOutsideScopeError(kind=relation.kind)
    cap = policy.number("transfer", "gift_monthly_cap_minutes")
    if month_minutes + amount_minutes > cap:
        raise GiftCapExceededError(month_minutes=month_minutes, cap_minutes=cap)


def refuse_goods(policy: Policy) -> None:
    """Goods and benefits only where the policy allows them."""
    if not policy.allows("redeem", "goods_allowed"):
        raise GoodsNotAllowedError
