"""What duty hears of accounts: that somebody could not be told, or is on duty no more."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from libs.contracts.events import accounts
from libs.db import Connection
from libs.events import EventContext, forgets, hears
from services.orders.duty.usecases import skip_unreached, skip_who_left


@dataclass(frozen=True)
class DutyNotReached:
    """There is no way to tell them."""

    person_id: UUID
    incident_id: UUID


@hears(accounts.DutyNotReached)
def go_on(connection: Connection, context: EventContext, lost: DutyNotReached) -> None:
    """The next on duty is told at once."""
    skip_unreached(connection, context, lost.incident_id, lost.person_id)


@dataclass(frozen=True)
class PersonChanged:
    """Something of a person is told anew."""

    person_id: UUID


@hears(accounts.PersonState)
def go_on_without(connection: Connection, context: EventContext, changed: PersonChanged) -> None:
    """No urgent call waits for who has left, died, or lost their last role."""
    skip_who_left(connection, context, changed.person_id)


@forgets(accounts.PersonState)
def go_on_without_erased(connection: Connection, context: EventContext, subject: str) -> None:
    """Nor for whose data have ended."""
    skip_who_left(connection, context, UUID(subject))
