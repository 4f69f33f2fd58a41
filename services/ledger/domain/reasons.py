"""Why credit moved. The numbers stand in the journal for ever: never reuse one."""

from __future__ import annotations

from enum import IntEnum


class Reason(IntEnum):
    """The reason of a journal row."""

    HOURS_APPROVED = 1
    REDEMPTION_CAPTURED = 2
    CAP_OVERFLOW = 3
    GROUP_HOURS = 4
    RECOVERY = 5
    GRANT = 6
    GRANT_RETURNED = 7
    GIFT = 8
    DONATION = 9
    POOL_FUNDED = 10
    GOODS = 11
    MIGRATION = 12
    STARTING_CREDIT = 13
    REVERSAL = 14
    REVERSAL_SHORTFALL = 15
    ESTATE_SETTLED = 16
    ERASURE = 17
    DISTRICT_MOVE = 18
    HOLD = 30
    HOLD_RELEASED = 31
    HOURS_SETTLED = 40
    WALLETS_FROZEN = 41
    SHORTFALL_OWED = 42
    SHORTFALL_BORNE = 43
    NOTHING_DUE = 44
    PERIOD_CLOSED = 45
    WALLETS_UNFROZEN = 46

    @property
    def label(self) -> str:
        """The name people and other services know it by."""
        return self.name.lower()


AWARDS = frozenset((Reason.HOURS_APPROVED, Reason.REDEMPTION_CAPTURED))
"""What a volunteer gets for hours; counts in the day's cap."""

SETTLING = frozenset((*AWARDS, Reason.CAP_OVERFLOW, Reason.GROUP_HOURS, Reason.RECOVERY))
"""What a settlement moves; a reversal takes all of it back."""

BETWEEN_TWINS = frozenset((Reason.HOLD, Reason.HOLD_RELEASED))
"""Moves between a wallet and its held twin: no lines of a statement."""


class Evidence(IntEnum):
    """How well the hours behind a transfer are evidenced."""

    NONE = 0
    VERIFIED = 1
    ATTESTED = 2


class Outcome(IntEnum):
    """What became of a request; numbers from REFUSED up are refusals, one per code (see outcomes)."""

    APPLIED = 0
    NOTED = 1
    REFUSED = 10
