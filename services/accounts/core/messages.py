"""What accounts tells the others of persons and units, and how: facts and states leave in the change's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from libs.contracts.events import accounts
from libs.db import Connection
from libs.events import Cause, publish, publish_state, tells
from libs.ids import id_from_cause
from libs.programme.words import Grade, Hardship, PersonStatus, Role, Sex, Spoken, UnitLevel, VisitRisk
from services.accounts.core.rules.persons import Person, Qualifications
from services.accounts.core.rules.roles import RoleGrant
from services.accounts.core.rules.units import Unit

FACTS = "timebank.accounts.v1"
STATES = "timebank.accounts.state.v1"
SHARDS = 16


@dataclass(frozen=True)
class OnceCause:
    """What happens to something once, by nobody's command: what it happens to, and what it is."""

    of: UUID
    what: str
    now: datetime

    @property
    def cause(self) -> UUID:
        """Return its id: the same when it is tried again because nothing of it was kept."""
        return id_from_cause(self.of, self.what)


def tell(connection: Connection, context: Cause, event: Any) -> None:
    """Publish a fact in the order of the person whom it is about."""
    stream = _stream("person", event.person_id)
    publish(connection, event, topic=FACTS, stream=stream, cause=context.cause, at=context.now)


def tell_state(
    connection: Connection,
    context: Cause,
    state: object,
    *,
    of: tuple[str, UUID],
    version: int,
    is_end: bool = False,
) -> None:
    """Publish a version of a state in the order of what it belongs to (a kind and an id), or that it ended."""
    publish_state(
        connection,
        state,
        topic=STATES,
        stream=_stream(*of),
        version=version,
        cause=context.cause,
        at=context.now,
        is_end=is_end,
    )


def tell_person(
    connection: Connection, context: Cause, person: Person, roles: Sequence[RoleGrant], *, is_end: bool = False
) -> None:
    """Publish all that another service may know of a person, or that every consumer deletes what it knows."""
    state = person_state(person, roles)
    of = ("person", person.person_id)
    tell_state(connection, context, state, of=of, version=person.version, is_end=is_end)


def tell_unit(connection: Connection, context: Cause, unit: Unit) -> None:
    """Publish a node of the organisation tree."""
    state = OrgUnitState(
        unit_id=unit.unit_id,
        version=unit.version,
        parent_id=unit.parent_id,
        level=unit.level,
        district_id=unit.district_id,
        name_zh=unit.name_zh,
        name_en=unit.name_en,
    )
    tell_state(connection, context, state, of=("unit", unit.unit_id), version=unit.version)


@tells(accounts.PersonRegistered, subject="person_id")
@dataclass(frozen=True)
class PersonRegistered:
    """Somebody was registered, or became a volunteer for the first time."""

    person_id: UUID
    district_id: UUID
    registered_by: UUID
    volunteer: bool


@dataclass(frozen=True)
class RoleAt:
    """A role of a person, where it is held, and whose it is where it is lent."""

    role: Role
    unit_id: UUID
    lent_by_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class _Home:
    """Where a person lives, and with whom."""

    home_unit_id: UUID
    district_id: UUID
    household_id: UUID | None
    household_verified: bool
    home_known: bool
    home_latitude_millideg: int
    home_longitude_millideg: int


@tells(accounts.PersonState, subject="person_id")
@dataclass(frozen=True, kw_only=True)
class PersonState(_Home):
    """All that another service may know of a person."""

    person_id: UUID
    version: int
    status: PersonStatus
    born: date
    sex: Sex
    grade: Grade
    hardship: tuple[Hardship, ...]
    roles: tuple[RoleAt, ...]
    qualifications: Qualifications
    visit_risk: VisitRisk | None
    visit_listed_on: date | None
    registered_at: datetime
    died_on: date | None
    known_to: tuple[UUID, ...]
    speaks: tuple[Spoken, ...]


@tells(accounts.OrgUnitState, subject="unit_id")
@dataclass(frozen=True)
class OrgUnitState:
    """A node of the organisation tree."""

    unit_id: UUID
    version: int
    parent_id: UUID | None
    level: UnitLevel
    district_id: UUID | None
    name_zh: str
    name_en: str


def person_registered(person: Person, *, by: UUID, is_new_volunteer: bool) -> PersonRegistered:
    """Return that somebody was registered, or became a volunteer for the first time."""
    return PersonRegistered(person.person_id, district_of(person), registered_by=by, volunteer=is_new_volunteer)


def person_state(person: Person, roles: Sequence[RoleGrant]) -> PersonState:
    """Return all that another service may know of a person."""
    home = person.home
    return PersonState(
        person_id=person.person_id,
        version=person.version,
        status=person.status,
        home_unit_id=person.home_unit_id,
        district_id=district_of(person),
        born=person.born,
        sex=person.sex,
        grade=person.grade,
        hardship=person.hardship,
        household_id=person.household.household_id,
        household_verified=person.household.is_verified,
        home_known=home is not None,
        home_latitude_millideg=home.latitude_millideg if home else 0,
        home_longitude_millideg=home.longitude_millideg if home else 0,
        roles=tuple(RoleAt(grant.role, grant.unit_id, grant.lent_by_id) for grant in roles),
        qualifications=person.qualifications,
        visit_risk=person.visits.risk,
        visit_listed_on=person.visits.listed_on,
        registered_at=person.registered_at,
        died_on=person.died_on,
        known_to=person.known_to,
        speaks=person.speaks,
    )


def district_of(person: Person) -> UUID:
    """Return the district of the person's home; staff at home in the city itself have the city in its place."""
    return person.district_id or person.home_unit_id


def _stream(kind: str, subject_id: UUID) -> str:
    return f"{kind}/{sha256(subject_id.bytes).digest()[0] % SHARDS}"
