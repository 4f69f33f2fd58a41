"""What the others are told of deaths."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from libs.contracts.events import accounts
from libs.events import tells
from services.accounts.core.messages import district_of
from services.accounts.core.rules.persons import Person
from services.accounts.deaths.rules import Death, DeathMistake


@tells(accounts.PersonDied, subject="person_id")
@dataclass(frozen=True, kw_only=True)
class PersonDied:
    """Somebody died."""

    person_id: UUID
    died_on: date
    recorded_by: UUID
    district_id: UUID
    confirmed_by: UUID | None
    death_id: UUID


@tells(accounts.DeathMistakeFound, subject="person_id")
@dataclass(frozen=True, kw_only=True)
class DeathMistakeFound:
    """The ledger is to give back what a death took."""

    mistake_id: UUID
    death_id: UUID
    person_id: UUID
    district_id: UUID
    proposed_by: UUID
    decided_by: UUID | None


@tells(accounts.PersonDeathMistaken, subject="person_id")
@dataclass(frozen=True, kw_only=True)
class PersonDeathMistaken:
    """Somebody who was held for dead is alive."""

    person_id: UUID
    death_id: UUID
    district_id: UUID
    proposed_by: UUID
    decided_by: UUID | None


def person_died(person: Person, death: Death) -> PersonDied:
    """Return that somebody died."""
    return PersonDied(
        person_id=person.person_id,
        died_on=death.died_on,
        recorded_by=death.proposal.proposed_by,
        district_id=district_of(person),
        confirmed_by=death.proposal.decided_by,
        death_id=death.death_id,
    )


def death_mistake_found(mistake: DeathMistake, person: Person) -> DeathMistakeFound:
    """Return the wish that the ledger gives back what a death took."""
    return DeathMistakeFound(
        mistake_id=mistake.mistake_id,
        death_id=mistake.death_id,
        person_id=person.person_id,
        district_id=district_of(person),
        proposed_by=mistake.proposal.proposed_by,
        decided_by=mistake.proposal.decided_by,
    )


def person_death_mistaken(person: Person, mistake: DeathMistake) -> PersonDeathMistaken:
    """Return that somebody who was held for dead is alive."""
    return PersonDeathMistaken(
        person_id=person.person_id,
        death_id=mistake.death_id,
        district_id=district_of(person),
        proposed_by=mistake.proposal.proposed_by,
        decided_by=mistake.proposal.decided_by,
    )
