"""What the others are asked and told about the end of the use of somebody's data."""

from datetime import datetime
from uuid import UUID

from libs.contracts.timebank.accounts.v1 import events_pb2 as wire
from libs.outbox import OutgoingEvent
from services.accounts.core.messages import district_of, fact_event
from services.accounts.core.rules.persons import Person
from services.accounts.erasure.rules import Erasure


def erasure_requested(erasure: Erasure, person: Person, *, now: datetime) -> OutgoingEvent:
    """Return the question whether anything stands against ending the use of a person's data."""
    fact = wire.ErasureRequested(
        erasure_id=str(erasure.erasure_id),
        person_id=str(person.person_id),
        requested_by=str(erasure.requested_by),
        credit_to_pool=erasure.credit_to_pool,
        district_id=district_of(person),
    )
    return fact_event(fact, person=person, now=now, part=str(erasure.erasure_id))


def person_erased(person: Person, *, erasure_id: UUID, now: datetime) -> OutgoingEvent:
    """Return that the use of a person's data has ended."""
    fact = wire.PersonErased(erasure_id=str(erasure_id), person_id=str(person.person_id), status=person.status)
    return fact_event(fact, person=person, now=now)
