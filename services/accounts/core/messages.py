"""What accounts tells the others of persons and units, and how a state or a fact becomes an event."""

from collections.abc import Sequence
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

from google.protobuf.message import Message

from libs.clock import to_microseconds
from libs.contracts.timebank.accounts.v1 import events_pb2 as wire
from libs.ids import id_from_cause
from libs.outbox import OutgoingEvent
from services.accounts.core.rules.persons import Person
from services.accounts.core.rules.roles import RoleGrant
from services.accounts.core.rules.units import Unit


def person_registered(person: Person, *, by: UUID, is_new_volunteer: bool, now: datetime) -> OutgoingEvent:
    """Return that somebody was registered, or became a volunteer for the first time."""
    fact = wire.PersonRegistered(
        person_id=str(person.person_id),
        district_id=district_of(person),
        registered_by=str(by),
        volunteer=is_new_volunteer,
    )
    return fact_event(fact, person=person, now=now)


FACTS = "timebank.accounts.v1"
STATES = "timebank.accounts.state.v1"
SHARDS = 16


def person_state(person: Person, roles: Sequence[RoleGrant], *, now: datetime) -> OutgoingEvent:
    """Return all that another service may know of a person; a tombstone once they are erased."""
    state = wire.PersonState(
        person_id=str(person.person_id),
        version=person.version,
        status=person.status,
        home_unit_id=str(person.home_unit_id),
        # Staff of the city itself live in no district; the others get the city's id in its place.
        district_id=text_of(person.district_id or person.home_unit_id),
        born=person.born.isoformat(),
        sex=person.sex,
        grade=person.grade,
        hardship=[str(category) for category in person.hardship],
        household_id=text_of(person.household_id),
        household_verified=person.is_household_verified,
        home_known=person.home is not None,
        home_latitude_millideg=person.home.latitude_millideg if person.home else 0,
        home_longitude_millideg=person.home.longitude_millideg if person.home else 0,
        roles=[wire.RoleAt(role=grant.role, unit_id=str(grant.unit_id)) for grant in roles],
        qualifications=wire.Qualifications(
            training=person.qualifications.training,
            clean_record=person.qualifications.clean_record,
            insured_until=day_text(person.qualifications.insured_until),
            certificates=list(person.qualifications.certificates),
        ),
        visit_risk=person.visit_risk or "",
        visit_listed_on=day_text(person.visit_listed_on),
        registered_at_us=to_microseconds(person.registered_at),
        died_on=day_text(person.died_on),
        known_to=[str(staff_id) for staff_id in person.known_to],
    )
    return state_event(state, subject_id=person.person_id, kind="person", version=person.version, now=now)


def person_tombstone(person: Person, *, now: datetime) -> OutgoingEvent:
    """Return the end of a person's state: every consumer deletes what it knows."""
    return state_event(
        wire.PersonState(), subject_id=person.person_id, kind="person", version=person.version, now=now, is_end=True
    )


def unit_state(unit: Unit, *, now: datetime) -> OutgoingEvent:
    """Return a node of the organisation tree."""
    state = wire.OrgUnitState(
        unit_id=str(unit.unit_id),
        version=unit.version,
        parent_id=text_of(unit.parent_id),
        level=unit.level,
        district_id=text_of(unit.district_id),
        name_zh=unit.name_zh,
        name_en=unit.name_en,
    )
    return state_event(state, subject_id=unit.unit_id, kind="unit", version=unit.version, now=now)


def state_event(
    state: Message,
    *,
    subject_id: UUID,
    kind: str,
    version: int,
    now: datetime,
    subject: str | None = None,
    is_end: bool = False,
) -> OutgoingEvent:
    name = state.DESCRIPTOR.full_name
    text = subject or str(subject_id)
    return OutgoingEvent(
        event_id=id_from_cause(subject_id, name, text, str(version)),
        event_type=name,
        topic=STATES,
        stream=_stream(kind, subject_id),
        key=text,
        subject=text,
        payload=None if is_end else state.SerializeToString(deterministic=True),
        version=version,
        occurred_at=now,
    )


def fact_event(fact: Message, *, person: Person, now: datetime, part: str = "") -> OutgoingEvent:
    return fact_event_of(fact, person.person_id, str(person.version), part, now=now)


def fact_event_of(fact: Message, person_id: UUID, *parts: str, now: datetime) -> OutgoingEvent:
    name = fact.DESCRIPTOR.full_name
    return OutgoingEvent(
        event_id=id_from_cause(person_id, name, *parts),
        event_type=name,
        topic=FACTS,
        stream=_stream("person", person_id),
        key=str(person_id),
        subject=str(person_id),
        payload=fact.SerializeToString(deterministic=True),
        occurred_at=now,
    )


def _stream(kind: str, subject_id: UUID) -> str:
    return f"{kind}/{sha256(subject_id.bytes).digest()[0] % SHARDS}"


def district_of(person: Person) -> str:
    """Return the district of the person's home; staff at home in the city itself have the city in its place."""
    return str(person.district_id or person.home_unit_id)


def text_of(value: UUID | None) -> str:
    return str(value) if value else ""


def day_text(day: date | None) -> str:
    return day.isoformat() if day else ""
