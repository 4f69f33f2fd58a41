"""What visits hear: who comes on the visit list, and who leaves it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from libs.contracts.events import accounts
from libs.db import Connection
from libs.events import EventContext, forgets, hears
from libs.programme.words import PersonStatus
from services.orders.visits import store

ON_LIST = frozenset({PersonStatus.ACTIVE, PersonStatus.SUSPENDED})


@dataclass(frozen=True)
class ListedTold:
    """What says whether somebody is to be visited, where, and how often."""

    person_id: UUID
    status: str
    home_unit_id: UUID | None
    district_id: UUID | None
    visit_risk: str
    visit_listed_on: date | None


@hears(accounts.PersonState)
def note_listing(connection: Connection, context: EventContext, state: ListedTold) -> None:
    """Keep from when on somebody is on the list as they are now, and until when they were as before."""
    is_listed = bool(state.visit_listed_on and state.visit_risk and state.status in ON_LIST)
    place = (state.home_unit_id, state.district_id)
    risk = state.visit_risk if is_listed and None not in place else ""
    store.note_listing(connection, state.person_id, context.now, unit_id=place[0], district_id=place[1], risk=risk)


@forgets(accounts.PersonState)
def end_listing(connection: Connection, context: EventContext, subject: str) -> None:
    """Whose data ended is on no list from now on; of those of before, nobody knows with which risk."""
    store.note_listing(connection, UUID(subject), context.now, unit_id=None, district_id=None, risk="")
    store.forget_risk(connection, UUID(subject), context.now)
