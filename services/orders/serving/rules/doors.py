"""The code that the recipient's side reads out at the door: made from a key of the service, and stored nowhere.

Whoever holds the database and not the key learns no code; whoever may speak for the recipient can be told it again.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

from services.orders.core.rules.order import Order
from services.orders.serving.refusals import DoorCodeLockedError

KEY_BYTES_MIN = 16
CODES = 1_000_000
WRONG_CODES_MAX = 5
_NUMBER_BYTES = 4


class DoorKeyError(RuntimeError):
    """The service was given no key for its door codes, or one that is too short; it does not start."""


@dataclass(frozen=True)
class DoorKey:
    """Makes and compares codes."""

    raw: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.raw) < KEY_BYTES_MIN:
            raise DoorKeyError(f"ORDERS_DOOR_KEY needs at least {KEY_BYTES_MIN} bytes")

    def code_of(self, order: Order) -> str:
        """Return an order's code; each renewal makes another."""
        bound_to = b"code" + order.order_id.bytes + order.door.code_number.to_bytes(_NUMBER_BYTES)
        return f"{int.from_bytes(self._digest(bound_to)) % CODES:06}"

    def opens(self, order: Order, said: str) -> bool:
        """Tell whether what was said is the order's code."""
        return hmac.compare_digest(said.encode(), self.code_of(order).encode())

    def mark(self, order_id: UUID, said: str | None) -> str | None:
        """Return what stands for a code that was said, wherever a request is remembered."""
        return None if said is None else self._digest(b"said" + order_id.bytes + said.encode()).hex()

    def _digest(self, content: bytes) -> bytes:
        return hmac.digest(self.raw, content, sha256)


def refuse_locked(order: Order) -> None:
    """Refuse whatever is said at a door where too many wrong codes were.

    Raises:
        DoorCodeLockedError: the recipient's side must have a new code made first.
    """
    if order.door.wrong_codes >= WRONG_CODES_MAX:
        raise DoorCodeLockedError
