"""What a stop of a round is, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from libs.programme.refusals import WalletFrozenError
from libs.programme.words import PersonStatus, VisitRisk
from services.orders.core.rules.people import Person
from services.orders.rounds.refusals import StopTickedError

STOPS_MAX = 60


class Outcome(StrEnum):
    """What came of a stop."""

    DONE = "done"
    NOT_MET = "not_met"
    REFUSED = "refused"


class How(StrEnum):
    """How somebody was reached."""

    DOOR = "door"
    PHONE = "phone"


@dataclass(frozen=True)
class Stop:
    """One recipient of a round, in the planned order; what came of it is None until its volunteer ticks it."""

    stop_id: UUID
    order_id: UUID
    number: int
    recipient_id: UUID
    outcome: Outcome | None = None
    how: How | None = None
    ticked_at: datetime | None = None
    ticked_by: UUID | None = None
    words: str = ""

    def ticked(self, outcome: Outcome, how: How, *, by: UUID, at: datetime, words: str) -> Stop:
        """Return the stop as it was served, or not.

        Raises:
            StopTickedError: it was ticked before.
        """
        if self.outcome is not None:
            raise StopTickedError(outcome=self.outcome.value)
        return replace(self, outcome=outcome, how=how, ticked_by=by, ticked_at=at, words=words)


def refuse_served_dead(outcome: Outcome, recipient: Person) -> None:
    """Refuse that somebody was served of whom it is known that they have died.

    Raises:
        WalletFrozenError
    """
    if outcome is Outcome.DONE and recipient.status == PersonStatus.DECEASED:
        raise WalletFrozenError


def opens_check(outcome: Outcome, recipient: Person) -> bool:
    """Tell whether people must look at once: somebody at high risk, not known to have died, was not met."""
    is_at_risk = recipient.visit_risk == VisitRisk.HIGH and recipient.status != PersonStatus.DECEASED
    return outcome is Outcome.NOT_MET and is_at_risk
