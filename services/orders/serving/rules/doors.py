"""The code that is read out at the door, or shown at a venue: made from a key and the time, and stored nowhere.

It changes every STEP, so that one which was seen or heard before is worth nothing at the next visit or an hour later.
Whoever holds the database and not the key learns no code; whoever may speak for the recipient can be told it again.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from services.orders.core.rules.order import Order
from services.orders.serving.refusals import DoorCodeLockedError

KEY_BYTES_MIN = 16
CODES = 1_000_000
WRONG_CODES_MAX = 5
STEP = timedelta(minutes=5)
GRACE = STEP
"""How long a code still opens after another has taken its place: it is read out, heard and typed."""
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
_NUMBER_BYTES = 4
_STEP_BYTES = 8
_NOTHING = timedelta()


class DoorKeyError(RuntimeError):
    """The service was given no key for its door codes, or one that is too short; it does not start."""


@dataclass(frozen=True)
class ShownCode:
    """A code as it is read out, and the instant until which it opens."""

    code: str
    until: datetime


@dataclass(frozen=True)
class Lock:
    """What a code opens: the door of one order, or every order that begins at a venue; each number has codes anew."""

    subject_id: UUID
    number: int = 0


def lock_of(order: Order) -> Lock:
    """Return what the volunteer of an order opens: the code of its venue is the same for all who serve there."""
    venue_id = order.occasion.venue_id
    return Lock(order.order_id, order.door.code_number) if venue_id is None else Lock(venue_id)


@dataclass(frozen=True)
class DoorKey:
    """Makes and compares codes."""

    raw: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.raw) < KEY_BYTES_MIN:
            raise DoorKeyError(f"ORDERS_DOOR_KEY needs at least {KEY_BYTES_MIN} bytes")

    def code_at(self, lock: Lock, now: datetime) -> ShownCode:
        """Return the code that is shown at an instant, and until when it opens; each renewal makes others."""
        step = _step_of(now)
        return ShownCode(self._code(lock, step), _BEGINNING + (step + 1) * STEP + GRACE)

    def opens(self, lock: Lock, said: str, *, at: datetime, clock_behind: timedelta = _NOTHING) -> bool:
        """Tell whether what was said was shown at `at`, by a clock that may be behind, or shortly before."""
        steps = range(_step_of(at - GRACE), _step_of(at + clock_behind) + 1)
        # Each is compared: how long it takes does not say which of them it was.
        return sum(hmac.compare_digest(said.encode(), self._code(lock, step).encode()) for step in steps) > 0

    def _code(self, lock: Lock, step: int) -> str:
        number, at = lock.number.to_bytes(_NUMBER_BYTES), step.to_bytes(_STEP_BYTES)
        return f"{int.from_bytes(self._digest(b'code' + lock.subject_id.bytes + number + at)) % CODES:06}"

    def mark(self, order_id: UUID, said: str | None) -> str | None:
        """Return what stands for a code that was said, wherever a request is remembered."""
        return None if said is None else self._digest(b"said" + order_id.bytes + said.encode()).hex()

    def _digest(self, content: bytes) -> bytes:
        return hmac.digest(self.raw, content, sha256)


def _step_of(at: datetime) -> int:
    return (at - _BEGINNING) // STEP


def refuse_locked(order: Order) -> None:
    """Refuse whatever is said at a door where too many wrong codes were.

    Raises:
        DoorCodeLockedError: the recipient's side must have a new code made first.
    """
    if order.door.wrong_codes >= WRONG_CODES_MAX:
        raise DoorCodeLockedError
