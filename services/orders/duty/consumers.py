"""What duty hears of accounts: that somebody could not be told."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from libs.contracts.events import accounts
from libs.db import Connection
from libs.events import EventContext, hears
from services.orders.duty.usecases import skip_unreached


@dataclass(frozen=True)
class DutyNotReached:
    """There is no way to tell them."""

    person_id: UUID
    incident_id: UUID


@hears(accounts.DutyNotReached)
def go_on(connection: Connection, context: EventContext, lost: DutyNotReached) -> None:
    """The next on duty is told at once."""
    skip_unreached(connection, context, lost.incident_id, lost.person_id)
