"""What is refused about help that nobody takes."""

from __future__ import annotations

from libs.errors import ConflictError, NotFoundError, RuleError


class NotAskedYetError(ConflictError):
    """Nobody was asked yet what is to be done: somebody may still take it."""


class WaitOutOfRangeError(RuleError):
    """One waits until later than now, and no longer than until the start."""

    latest_at: str


class TimeUnchangedError(RuleError):
    """It is at that time already."""


class PriceDiffersError(RuleError):
    """At that time it costs more or less: cancel it and ask anew."""

    price_minutes: int


class SomebodyComesError(ConflictError):
    """Somebody has taken it for its time."""


class ReferralNotFoundError(NotFoundError):
    """This order was not referred to anybody."""


class ReferralOverError(ConflictError):
    """What came of this referral is recorded, or an order was opened for it."""

    state: str
