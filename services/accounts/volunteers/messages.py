"""What the others are told of qualifications."""

from datetime import date, datetime

from libs.contracts.timebank.accounts.v1 import events_pb2 as wire
from libs.outbox import OutgoingEvent
from services.accounts.core.messages import fact_event
from services.accounts.core.rules.persons import Person


def qualification_lapsed(person: Person, *, qualification: str, last_valid_on: date, now: datetime) -> OutgoingEvent:
    """Return that something a volunteer needs is no longer valid."""
    fact = wire.QualificationLapsed(
        person_id=str(person.person_id), qualification=qualification, last_valid_on=last_valid_on.isoformat()
    )
    return fact_event(fact, person=person, now=now, part=f"{qualification}/{last_valid_on}")
