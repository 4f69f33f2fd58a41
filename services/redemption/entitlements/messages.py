"""Where the recipient of an order that nobody took is referred to."""

from dataclasses import dataclass
from uuid import UUID

from libs.contracts.events import redemption
from libs.events import tells


@tells(redemption.FallbackReferred, subject="order_id")
@dataclass(frozen=True)
class FallbackReferred:
    """Nobody took the order: there is purchased service, or the market."""

    order_id: UUID
    district_id: UUID
    recipient_id: UUID
    fallback: str
    purchased_order_id: UUID | None = None
    """The order that is opened instead, whose minutes are held from now on."""
