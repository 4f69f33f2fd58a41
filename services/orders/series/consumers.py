"""What became of the days of series, and whose series end with them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from libs.contracts.events import accounts, ledger, redemption
from libs.db import Connection
from libs.events import EventContext, forgets, hears
from services.orders.series import store
from services.orders.series.rules import EndReason
from services.orders.series.usecases.end_series import end_series_of
from services.orders.series.usecases.make_day import note_outcome


@dataclass(frozen=True)
class PersonDied:
    """Somebody has died."""

    person_id: UUID


@dataclass(frozen=True)
class Answered:
    """An answer of redemption about an order."""

    redemption_id: UUID


@dataclass(frozen=True)
class HoldAnswered:
    """An answer of the ledger about an order."""

    hold_id: UUID


@hears(redemption.RedemptionRequested, redemption.RedemptionAuthorised, redemption.RedemptionDeclined)
def note_answer(connection: Connection, context: EventContext, answer: Answered) -> None:
    """A day of a series is asked for, paid or declined."""
    note_outcome(connection, context, answer.redemption_id)


@hears(ledger.HoldPlaced, ledger.HoldRefused)
def note_hold(connection: Connection, context: EventContext, answer: HoldAnswered) -> None:
    """The pool pays for a day of a series, or cannot."""
    note_outcome(connection, context, answer.hold_id)


@hears(accounts.PersonDied)
def end_by_death(connection: Connection, context: EventContext, died: PersonDied) -> None:
    """What somebody who has died receives or pays ends."""
    end_series_of(connection, context, died.person_id, EndReason.PERSON_DIED)


@forgets(accounts.PersonState)
def end_by_erasure(connection: Connection, context: EventContext, subject: str) -> None:
    """What somebody who has gone receives or pays ends; the words about them are blanked."""
    end_series_of(connection, context, UUID(subject), EndReason.PERSON_GONE)
    store.forget_words(connection, UUID(subject))
