"""What accounts tells the others, as protobuf; with `heard`, the only modules of accounts that know the wire."""

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

from google.protobuf.message import Message

from libs.clock import to_microseconds
from libs.contracts.timebank.accounts.v1 import events_pb2 as wire
from libs.ids import id_from_cause
from libs.outbox import OutgoingEvent
from services.accounts.domain.acting import ActingGrant
from services.accounts.domain.deaths import Death, DeathMistake
from services.accounts.domain.erasure import Erasure
from services.accounts.domain.groups import Group
from services.accounts.domain.persons import Person
from services.accounts.domain.policy import Policy
from services.accounts.domain.relations import Relation
from services.accounts.domain.roles import RoleGrant
from services.accounts.domain.units import Unit

FACTS = "timebank.accounts.v1"
STATES = "timebank.accounts.state.v1"
SHARDS = 16
KEY_SET_ID = UUID("6f5b0f1e-8a53-5c1e-9d0e-3b5c5a0d7a10")


def person_state(person: Person, roles: Sequence[RoleGrant], *, now: datetime) -> OutgoingEvent:
    """Return all that another service may know of a person; a tombstone once they are erased."""
    state = wire.PersonState(
        person_id=str(person.person_id),
        version=person.version,
        status=person.status,
        home_unit_id=str(person.home_unit_id),
        # Staff of the city itself live in no district; the others get the city's id in its place.
        district_id=_text(person.district_id or person.home_unit_id),
        born=person.born.isoformat(),
        sex=person.sex,
        grade=person.grade,
        hardship=[str(category) for category in person.hardship],
        household_id=_text(person.household_id),
        home_known=person.home is not None,
        home_latitude_millideg=person.home.latitude_millideg if person.home else 0,
        home_longitude_millideg=person.home.longitude_millideg if person.home else 0,
        roles=[wire.RoleAt(role=grant.role, unit_id=str(grant.unit_id)) for grant in roles],
        qualifications=wire.Qualifications(
            training=person.qualifications.training,
            clean_record=person.qualifications.clean_record,
            insured_until=_day(person.qualifications.insured_until),
            certificates=list(person.qualifications.certificates),
        ),
        visit_risk=person.visit_risk or "",
        visit_listed_on=_day(person.visit_listed_on),
        registered_at_us=to_microseconds(person.registered_at),
        died_on=_day(person.died_on),
        known_to=[str(one) for one in person.known_to],
    )
    return _state(state, subject_id=person.person_id, kind="person", version=person.version, now=now)


def person_tombstone(person: Person, *, now: datetime) -> OutgoingEvent:
    """Return the end of a person's state: every consumer deletes what it knows."""
    return _state(
        wire.PersonState(), subject_id=person.person_id, kind="person", version=person.version, now=now, is_end=True
    )


def relation_states(relation: Relation, *, now: datetime) -> tuple[OutgoingEvent, OutgoingEvent]:
    """Return one relation as seen from both sides; the ids of both are derived from its own."""
    inverse_id = id_from_cause(relation.relation_id, "inverse")
    there = _relation(relation, relation.relation_id, relation.person_id, relation.relative_id, relation.kind)
    back = _relation(relation, inverse_id, relation.relative_id, relation.person_id, relation.kind.inverse)
    return (
        _state(there, subject_id=relation.relation_id, kind="relation", version=relation.version, now=now),
        _state(back, subject_id=inverse_id, kind="relation", version=relation.version, now=now),
    )


def _relation(relation: Relation, relation_id: UUID, person_id: UUID, relative_id: UUID, kind: str) -> Message:
    return wire.RelationState(
        relation_id=str(relation_id),
        version=relation.version,
        person_id=str(person_id),
        relative_id=str(relative_id),
        kind=kind,
        verified=relation.verified,
        active=relation.is_active,
        declared_by=str(relation.recorded_by),
    )


def acting_grant_state(grant: ActingGrant, *, now: datetime) -> OutgoingEvent:
    """Return who may act for whom."""
    state = wire.ActingGrantState(
        grant_id=str(grant.grant_id),
        version=grant.version,
        person_id=str(grant.person_id),
        relative_id=str(grant.relative_id),
        how=grant.consent.how,
        recorded_by=str(grant.recorded_by),
        active=grant.is_active,
        acts=[act.value for act in grant.acts],
        minutes_per_month=grant.minutes_per_month or 0,
        until=grant.until.isoformat(),
    )
    return _state(state, subject_id=grant.grant_id, kind="grant", version=grant.version, now=now)


def group_state(group: Group, *, now: datetime) -> OutgoingEvent:
    """Return who serves together, without the name."""
    state = wire.GroupState(
        group_id=str(group.group_id),
        version=group.version,
        unit_id=str(group.unit_id),
        district_id=_text(group.district_id),
        leader_id=str(group.leader_id),
        member_ids=[str(member_id) for member_id in group.member_ids],
        active=group.is_active,
    )
    return _state(state, subject_id=group.group_id, kind="group", version=group.version, now=now)


def unit_state(unit: Unit, *, now: datetime) -> OutgoingEvent:
    """Return a node of the organisation tree."""
    state = wire.OrgUnitState(
        unit_id=str(unit.unit_id),
        version=unit.version,
        parent_id=_text(unit.parent_id),
        level=unit.level,
        district_id=_text(unit.district_id),
        name_zh=unit.name_zh,
        name_en=unit.name_en,
    )
    return _state(state, subject_id=unit.unit_id, kind="unit", version=unit.version, now=now)


def policy_published(policy: Policy, *, now: datetime) -> OutgoingEvent:
    """Return a version of a district's rules, every parameter with its value."""
    assert policy.policy_version is not None
    published = wire.PolicyPublished(
        district_id=str(policy.district_id),
        policy_version=policy.policy_version,
        effective=policy.effective.isoformat(),
        parameters_json=json.dumps(policy.parameters, ensure_ascii=False, sort_keys=True),
        preset=policy.preset,
        proposed_by=str(policy.proposed_by),
        decided_by=_text(policy.decided_by),
    )
    # A version is a subject of its own: compaction must keep all versions of a district.
    subject = f"{policy.district_id}/{policy.policy_version}"
    return _state(published, subject_id=policy.district_id, kind="policy", version=1, now=now, subject=subject)


def signing_keys_changed(keys: Iterable[tuple[str, bytes]], *, version: int, now: datetime) -> OutgoingEvent:
    """Return all keys, (id, public key), that a valid token may be signed with; any other is out of use."""
    changed = wire.SigningKeysChanged(
        version=version,
        keys=[wire.SigningKey(key_id=key_id, public_key=public_key) for key_id, public_key in keys],
    )
    return _state(changed, subject_id=KEY_SET_ID, kind="keys", version=version, now=now, subject="signing-keys")


def person_registered(person: Person, *, by: UUID, is_new_volunteer: bool, now: datetime) -> OutgoingEvent:
    """Return that somebody was registered, or became a volunteer for the first time."""
    fact = wire.PersonRegistered(
        person_id=str(person.person_id),
        district_id=_district(person),
        registered_by=str(by),
        volunteer=is_new_volunteer,
    )
    return _fact(fact, person=person, now=now)


def person_suspended(person: Person, *, by: UUID, why: str, now: datetime) -> OutgoingEvent:
    """Return that somebody may do nothing new."""
    return _fact(wire.PersonSuspended(person_id=str(person.person_id), by=str(by), why=why), person=person, now=now)


def person_reinstated(person: Person, *, by: UUID, now: datetime) -> OutgoingEvent:
    """Return that a suspension ended."""
    return _fact(wire.PersonReinstated(person_id=str(person.person_id), by=str(by)), person=person, now=now)


def person_died(person: Person, death: Death, *, now: datetime) -> OutgoingEvent:
    """Return that somebody died."""
    fact = wire.PersonDied(
        person_id=str(person.person_id),
        died_on=_day(person.died_on),
        recorded_by=str(death.recorded_by),
        district_id=_district(person),
        confirmed_by=_text(death.decided_by),
        death_id=str(death.death_id),
    )
    return _fact(fact, person=person, now=now)


def death_mistake_found(mistake: DeathMistake, person: Person, *, now: datetime) -> OutgoingEvent:
    """Return the wish that the ledger gives back what a death took."""
    fact = wire.DeathMistakeFound(
        mistake_id=str(mistake.mistake_id),
        death_id=str(mistake.death_id),
        person_id=str(person.person_id),
        district_id=_district(person),
        proposed_by=str(mistake.proposed_by),
        decided_by=_text(mistake.decided_by),
    )
    return _fact(fact, person=person, now=now, part=str(mistake.mistake_id))


def person_death_mistaken(person: Person, mistake: DeathMistake, *, now: datetime) -> OutgoingEvent:
    """Return that somebody who was held for dead is alive."""
    fact = wire.PersonDeathMistaken(
        person_id=str(person.person_id),
        death_id=str(mistake.death_id),
        district_id=_district(person),
        proposed_by=str(mistake.proposed_by),
        decided_by=_text(mistake.decided_by),
    )
    return _fact(fact, person=person, now=now)


def sessions_ended(
    person_id: UUID, session_ids: Sequence[UUID], *, tokens_end_at: datetime, now: datetime
) -> OutgoingEvent:
    """Return that sessions of a person ended; a session ends once, so the first names the event."""
    fact = wire.SessionsEnded(
        person_id=str(person_id),
        session_ids=[str(session_id) for session_id in session_ids],
        tokens_end_at_us=to_microseconds(tokens_end_at),
    )
    return _fact_of(fact, person_id, str(session_ids[0]), now=now)


def erasure_requested(erasure: Erasure, person: Person, *, now: datetime) -> OutgoingEvent:
    """Return the question whether anything stands against ending the use of a person's data."""
    fact = wire.ErasureRequested(
        erasure_id=str(erasure.erasure_id),
        person_id=str(person.person_id),
        requested_by=str(erasure.requested_by),
        credit_to_pool=erasure.credit_to_pool,
        district_id=_district(person),
    )
    return _fact(fact, person=person, now=now, part=str(erasure.erasure_id))


def person_erased(person: Person, *, erasure_id: UUID, now: datetime) -> OutgoingEvent:
    """Return that the use of a person's data has ended."""
    fact = wire.PersonErased(erasure_id=str(erasure_id), person_id=str(person.person_id), status=person.status)
    return _fact(fact, person=person, now=now)


def qualification_lapsed(person: Person, *, qualification: str, last_valid_on: date, now: datetime) -> OutgoingEvent:
    """Return that something a volunteer needs is no longer valid."""
    fact = wire.QualificationLapsed(
        person_id=str(person.person_id), qualification=qualification, last_valid_on=last_valid_on.isoformat()
    )
    return _fact(fact, person=person, now=now, part=f"{qualification}/{last_valid_on}")


def _state(
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


def _fact(fact: Message, *, person: Person, now: datetime, part: str = "") -> OutgoingEvent:
    return _fact_of(fact, person.person_id, str(person.version), part, now=now)


def _fact_of(fact: Message, person_id: UUID, *parts: str, now: datetime) -> OutgoingEvent:
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


def _district(person: Person) -> str:
    """Return the district of the person's home; staff at home in the city itself have the city in its place."""
    return str(person.district_id or person.home_unit_id)


def _text(value: UUID | None) -> str:
    return str(value) if value else ""


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
