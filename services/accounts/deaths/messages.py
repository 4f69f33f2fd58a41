"""What the others are told of deaths."""

from datetime import datetime

from libs.contracts.timebank.accounts.v1 import events_pb2 as wire
from libs.outbox import OutgoingEvent
from services.accounts.core.messages import day_text, district_of, fact_event, text_of
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
