"""What the others are asked about the end of the use of somebody's data, and what they answer."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from libs.contracts.timebank.accounts.v1 import events_pb2 as wire
from libs.contracts.timebank.ledger.v1 import events_pb2 as ledger_wire
from libs.contracts.timebank.orders.v1 import events_pb2 as orders_wire
from libs.contracts.timebank.redemption.v1 import events_pb2 as redemption_wire
from libs.inbox import IncomingEvent
from libs.outbox import OutgoingEvent
from services.accounts.core.messages import district_of, fact_event, type_name
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


@dataclass(frozen=True)
class ErasureAnswer:
    """A service's answer; no code means that nothing stands against it."""

    erasure_id: UUID
    code: str
    last_service_on: date | None


def erasure_answer(event: IncomingEvent) -> ErasureAnswer:
    """Read an answer of any of the three services."""
    message = _ANSWERS[event.event_type]()
    message.ParseFromString(event.payload or b"")
    last_day = getattr(message, "last_service_on", "")
    code = message.code if message.answer != "clear" else ""
    return ErasureAnswer(UUID(message.erasure_id), code, date.fromisoformat(last_day) if last_day else None)


_ANSWERS: dict[str, Any] = {
    type_name(kind.ErasureAnswered): kind.ErasureAnswered for kind in (orders_wire, ledger_wire, redemption_wire)
}


ERASURE_ANSWERS = {event_type.split(".")[1]: event_type for event_type in _ANSWERS}
