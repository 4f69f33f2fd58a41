"""What the others are told of deaths, and what the ledger answers."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.contracts.timebank.accounts.v1 import events_pb2 as wire
from libs.contracts.timebank.ledger.v1 import events_pb2 as ledger_wire
from libs.inbox import IncomingEvent
from libs.outbox import OutgoingEvent
from services.accounts.core.messages import day_text, district_of, fact_event, text_of, type_name
from services.accounts.core.rules.persons import Person
from services.accounts.deaths.rules import Death, DeathMistake


def person_died(person: Person, death: Death, *, now: datetime) -> OutgoingEvent:
    """Return that somebody died."""
    fact = wire.PersonDied(
        person_id=str(person.person_id),
        died_on=day_text(person.died_on),
        recorded_by=str(death.proposal.proposed_by),
        district_id=district_of(person),
        confirmed_by=text_of(death.proposal.decided_by),
        death_id=str(death.death_id),
    )
    return fact_event(fact, person=person, now=now)


def death_mistake_found(mistake: DeathMistake, person: Person, *, now: datetime) -> OutgoingEvent:
    """Return the wish that the ledger gives back what a death took."""
    fact = wire.DeathMistakeFound(
        mistake_id=str(mistake.mistake_id),
        death_id=str(mistake.death_id),
        person_id=str(person.person_id),
        district_id=district_of(person),
        proposed_by=str(mistake.proposal.proposed_by),
        decided_by=text_of(mistake.proposal.decided_by),
    )
    return fact_event(fact, person=person, now=now, part=str(mistake.mistake_id))


def person_death_mistaken(person: Person, mistake: DeathMistake, *, now: datetime) -> OutgoingEvent:
    """Return that somebody who was held for dead is alive."""
    fact = wire.PersonDeathMistaken(
        person_id=str(person.person_id),
        death_id=str(mistake.death_id),
        district_id=district_of(person),
        proposed_by=str(mistake.proposal.proposed_by),
        decided_by=text_of(mistake.proposal.decided_by),
    )
    return fact_event(fact, person=person, now=now)


ESTATE_SETTLED = "estate_settled"


@dataclass(frozen=True)
class WalletsAnswer:
    """The ledger's answer to a death found mistaken; no code means that the wallets are given back."""

    cause_id: UUID
    code: str


def wallets_answer(event: IncomingEvent) -> WalletsAnswer | None:
    """Read what the ledger said about somebody's wallets; None when it is about nothing of ours."""
    if event.event_type == TRANSFER_REFUSED:
        refused = ledger_wire.TransferRefused.FromString(event.payload or b"")
        return WalletsAnswer(UUID(refused.cause_id), refused.code) if refused.cause_id else None
    message = ledger_wire.WalletsUnfrozen.FromString(event.payload or b"")
    return WalletsAnswer(UUID(message.cause_id), "")


def settled_estate_of(event: IncomingEvent) -> UUID | None:
    """Read whose estate was settled by a transfer; None when it is a transfer of another kind."""
    posted = ledger_wire.TransferPosted.FromString(event.payload or b"")
    if posted.reason != ESTATE_SETTLED or not posted.debit_person_id:
        return None
    return UUID(posted.debit_person_id)


TRANSFER_REFUSED = type_name(ledger_wire.TransferRefused)
TRANSFER_POSTED = type_name(ledger_wire.TransferPosted)
WALLETS_UNFROZEN = type_name(ledger_wire.WalletsUnfrozen)
