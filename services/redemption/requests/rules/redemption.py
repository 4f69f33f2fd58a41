"""A redemption: requested, then held or declined, then fulfilled or cancelled. Its hold follows one step behind."""

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.redemption.core.rules.people import Asking


class State(StrEnum):
    """What a caller sees."""

    REQUESTED = "requested"
    HELD = "held"
    DECLINED = "declined"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"


class Hold(StrEnum):
    """How far the ledger is asked."""

    NONE = "none"
    ASKED = "asked"
    PLACED = "placed"
    RELEASING = "releasing"
    ENDED = "ended"


@dataclass(frozen=True)
class Terms:
    """What help is asked for, and what it costs."""

    service_code: str
    planned_minutes: int
    start_at: datetime
    price_minutes: int
    coefficient_percent: int
    persons: int
    catalogue_version: int = 0
    """The version of the service that was priced; 0 of what an earlier release asked for, and of late entries."""


@dataclass(frozen=True)
class Redemption:
    """One request to use credit; also the credit of a late entry, which orders opened without asking."""

    redemption_id: UUID
    district_id: UUID
    unit_id: UUID | None
    recipient_id: UUID
    payer_id: UUID
    payer_district_id: UUID
    policy_version: int
    terms: Terms
    asked: Asking
    state: State = State.REQUESTED
    code: str | None = None
    hold: Hold = Hold.NONE
    end_why: str | None = None
    decided_at: datetime | None = None

    def decline(self, code: str, now: datetime) -> "Redemption":
        """Refuse it for good."""
        assert self.state in (State.REQUESTED, State.HELD)
        ended = Hold.NONE if self.hold is Hold.NONE else Hold.ENDED
        return dataclasses.replace(self, state=State.DECLINED, code=code, hold=ended, decided_at=now)

    def ask_for_hold(self) -> "Redemption":
        """Ask the ledger to set the price aside."""
        assert self.hold is Hold.NONE
        return dataclasses.replace(self, hold=Hold.ASKED)

    def hold_placed(self, now: datetime) -> "Redemption":
        """The price is set aside."""
        assert self.hold is Hold.ASKED
        return dataclasses.replace(self, state=State.HELD, hold=Hold.PLACED, decided_at=now)

    def ask_for_release(self, why: str) -> "Redemption":
        """The help will not be given: the hold is to be given back."""
        assert self.hold is Hold.PLACED
        return dataclasses.replace(self, hold=Hold.RELEASING, end_why=why)

    def end_later(self, why: str) -> "Redemption":
        """The help ended before the ledger answered: release as soon as it does."""
        assert self.hold is Hold.ASKED
        return dataclasses.replace(self, end_why=why)

    def cancel(self, why: str, now: datetime) -> "Redemption":
        """Nothing is held any more."""
        assert self.state in (State.REQUESTED, State.HELD)
        return dataclasses.replace(self, state=State.CANCELLED, hold=Hold.ENDED, end_why=why, decided_at=now)

    def fulfil(self, now: datetime) -> "Redemption":
        """The hours are approved and the hold captured."""
        assert self.state is State.HELD
        return dataclasses.replace(self, state=State.FULFILLED, hold=Hold.ENDED, decided_at=now)

    @property
    def is_over(self) -> bool:
        """Nothing more can happen to it."""
        return self.state in (State.DECLINED, State.CANCELLED, State.FULFILLED)
