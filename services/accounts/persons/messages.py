"""What the others are told of persons: registered, suspended, active again."""

from datetime import datetime
from uuid import UUID

from libs.contracts.timebank.accounts.v1 import events_pb2 as wire
from libs.outbox import OutgoingEvent
from services.accounts.core.messages import fact_event
from services.accounts.core.rules.persons import Person


def person_suspended(person: Person, *, by: UUID, now: datetime) -> OutgoingEvent:
    """Return that somebody may do nothing new; why stays where erasure reaches it."""
    return fact_event(wire.PersonSuspended(person_id=str(person.person_id), by=str(by)), person=person, now=now)


def person_reinstated(person: Person, *, by: UUID, now: datetime) -> OutgoingEvent:
    """Return that a suspension ended."""
    return fact_event(wire.PersonReinstated(person_id=str(person.person_id), by=str(by)), person=person, now=now)
