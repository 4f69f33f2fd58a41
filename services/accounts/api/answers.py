"""How the things of accounts look as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from libs.programme.two_people import Proposal
from services.accounts.api.edge import Answer, instant
from services.accounts.domain.acting import ActingGrant
from services.accounts.domain.appointments import Appointment, Sighting
from services.accounts.domain.deaths import Death, DeathMistake, DeathState, MistakeState
from services.accounts.domain.erasure import Erasure
from services.accounts.domain.findings import Finding
from services.accounts.domain.groups import Group
from services.accounts.domain.persons import Person
from services.accounts.domain.policy import Parameter, Policy, Preset
from services.accounts.domain.relations import Relation
from services.accounts.domain.roles import RoleGrant
from services.accounts.domain.units import Unit
from services.accounts.store.identity_store import Identity
from services.accounts.store.number_store import NumberProposal

MILLI = 1000


def unit_answer(unit: Unit) -> Answer:
    """Return a unit."""
    return {
        "unit_id": str(unit.unit_id),
        "parent_id": str(unit.parent_id) if unit.parent_id else None,
        "level": unit.level,
        "path": [str(node) for node in unit.path],
        "district_id": str(unit.district_id) if unit.district_id else None,
        "name_zh": unit.name_zh,
        "name_en": unit.name_en,
    }


def person_answer(person: Person) -> Answer:
    """Return a person without name, number and address."""
    qualifications = person.qualifications
    return {
        "person_id": str(person.person_id),
        "status": person.status,
        "version": person.version,
        "home_unit_id": str(person.home_unit_id),
        "district_id": str(person.district_id) if person.district_id else None,
        "born": person.born.isoformat(),
        "sex": person.sex,
        "grade": person.grade,
        "hardship": list(person.hardship),
        "household_id": str(person.household_id) if person.household_id else None,
        "home": _home(person),
        "has_phone": person.has_phone,
        "visit_risk": person.visit_risk,
        "qualifications": {
            "training": qualifications.training,
            "clean_record": qualifications.clean_record,
            "insured_until": qualifications.insured_until.isoformat() if qualifications.insured_until else None,
            "certificates": list(qualifications.certificates),
        },
        "registered_at": instant(person.registered_at),
        "died_on": person.died_on.isoformat() if person.died_on else None,
    }


def full_person_answer(
    person: Person, identity: Identity, roles: Sequence[RoleGrant], *, number_opens_at: datetime | None
) -> Answer:
    """Return a person with everything; every such look is logged."""
    fields = asdict(identity)
    del fields["old_phone_number"]
    fields["contacts"] = list(identity.contacts)
    return (
        person_answer(person)
        | fields
        | {
            "phone_number_opens_at": instant(number_opens_at),
            "roles": [grant_answer(grant) for grant in roles],
        }
    )


def order_side_answer(person_id: UUID, identity: Identity) -> Answer:
    """Return what the two sides of an order in hand know of each other."""
    return {
        "person_id": str(person_id),
        "names": identity.names,
        "phone_number": identity.phone_number,
        "address": identity.address,
    }


def erasure_answer(erasure: Erasure) -> Answer:
    """Return where an erasure stands."""
    return {
        "erasure_id": str(erasure.erasure_id),
        "person_id": str(erasure.person_id),
        "state": erasure.state,
        "code": erasure.code or None,
        "requested_at": instant(erasure.requested_at),
    }


def listed_person_answer(person: Person, identity: Identity | None) -> Answer:
    """Return a person as a list shows them: masked, enough to tell two apart."""
    name = identity.names["zh"] if identity else ""
    number = (identity.phone_number or "") if identity else ""
    return person_answer(person) | {"name": masked_name(name), "phone_number": masked_number(number)}


def masked_name(name: str) -> str:
    """Return the first character and stars."""
    return name[:1] + "*" * max(0, len(name) - 1)


def masked_number(number: str) -> str:
    """Return the last four digits."""
    return "*" * max(0, len(number) - 4) + number[-4:] if number else ""


def grant_answer(grant: RoleGrant) -> Answer:
    """Return a role somebody holds."""
    return {
        "grant_id": str(grant.grant_id),
        "person_id": str(grant.person_id),
        "role": grant.role,
        "unit_id": str(grant.unit_id),
        "granted_by": str(grant.granted_by),
        "granted_at": instant(grant.granted_at),
        "state": "held",
    }


def appointment_answer(of: Appointment, *, now: datetime) -> Answer:
    """Return what was proposed about a staff role, with the second person's word."""
    return {
        "grant_id": str(of.grant_id),
        "person_id": str(of.person_id),
        "role": of.role,
        "unit_id": str(of.unit_id),
        "act": of.act,
    } | _proposal_answer(of.proposal, now)


def number_proposal_answer(of: NumberProposal, *, now: datetime) -> Answer:
    """Return what was proposed about a number, of which only the end is shown."""
    return {
        "change_id": str(of.proposal.proposal_id),
        "person_id": str(of.person_id),
        "phone_number": masked_number(of.phone_number),
    } | _proposal_answer(of.proposal, now)


def _proposal_answer(of: Proposal, now: datetime) -> Answer:
    return {
        "state": of.state_at(now),
        "proposed_by": str(of.proposed_by),
        "proposed_at": instant(of.proposed_at),
        "lapses_at": instant(of.lapses_at),
        "decided_by": str(of.decided_by) if of.decided_by else None,
        "decided_at": instant(of.decided_at),
        "why": of.why,
    }


def sighting_answer(of: Sighting) -> Answer:
    """Return who saw a person's document."""
    return {
        "sighting_id": str(of.sighting_id),
        "person_id": str(of.person_id),
        "document": of.document,
        "seen_by": str(of.seen_by),
        "seen_at": instant(of.seen_at),
    }


def relation_answer(relation: Relation) -> Answer:
    """Return a relation."""
    return {
        "relation_id": str(relation.relation_id),
        "person_id": str(relation.person_id),
        "relative_id": str(relation.relative_id),
        "kind": relation.kind,
        "verified": relation.verified,
        "waits_for_confirmation": relation.asks_verification and relation.is_active and not relation.verified,
        "active": relation.is_active,
        "recorded_by": str(relation.recorded_by),
        "confirmed_by": _id(relation.confirmed_by),
        "turned_down_by": _id(relation.turned_down_by),
        "turned_down_why": relation.turned_down_why or None,
    }


def finding_answer(finding: Finding, now: datetime) -> Answer:
    """Return an assessment or a hardship record."""
    return {
        f"{finding.kind}_id": str(finding.finding_id),
        "person_id": str(finding.person_id),
        "grade": finding.grade,
        "categories": list(finding.categories),
        "recorded_by": str(finding.recorded_by),
        "recorded_at": instant(finding.recorded_at),
        "state": finding.state_at(now),
        "confirmed_by": _id(finding.confirmed_by),
        "confirmed_at": instant(finding.confirmed_at),
        "turned_down_by": _id(finding.turned_down_by),
        "turned_down_why": finding.turned_down_why or None,
    }


def death_answer(death: Death, now: datetime) -> Answer:
    """Return a recorded death: who recorded it, who decided, until when somebody may."""
    state = death.state_at(now)
    return {
        "death_id": str(death.death_id),
        "person_id": str(death.person_id),
        "died": death.died_on.isoformat(),
        "state": state,
        "recorded_by": str(death.recorded_by),
        "recorded_at": instant(death.recorded_at),
        "lapses_at": instant(death.lapses_at) if state is DeathState.WAITING else None,
        "decided_by": _id(death.decided_by),
        "decided_at": instant(death.decided_at),
        "why": death.why or None,
        "estate_settled_at": instant(death.estate_settled_at),
    }


def mistake_answer(mistake: DeathMistake, now: datetime) -> Answer:
    """Return where it stands that a death was a mistake."""
    state = mistake.state_at(now)
    return {
        "mistake_id": str(mistake.mistake_id),
        "death_id": str(mistake.death_id),
        "person_id": str(mistake.person_id),
        "state": state,
        "code": mistake.code or None,
        "why": mistake.why,
        "proposed_by": str(mistake.proposed_by),
        "proposed_at": instant(mistake.proposed_at),
        "lapses_at": instant(mistake.lapses_at) if state is MistakeState.PROPOSED else None,
        "decided_by": _id(mistake.decided_by),
        "decided_at": instant(mistake.decided_at),
        "decided_why": mistake.decided_why or None,
    }


def group_answer(group: Group) -> Answer:
    """Return a group."""
    return {
        "group_id": str(group.group_id),
        "unit_id": str(group.unit_id),
        "name_zh": group.name_zh,
        "name_en": group.name_en,
        "leader_id": str(group.leader_id),
        "member_ids": [str(member_id) for member_id in group.member_ids],
        "registered_by": str(group.registered_by),
        "active": group.is_active,
    }


def acting_grant_answer(grant: ActingGrant, names: Mapping[UUID, Mapping[str, str]] | None = None) -> Answer:
    """Return who may act for whom, in what, how much and until when; with names where the caller may know them."""
    shown = (
        {}
        if names is None
        else {"names": names.get(grant.person_id)} | {"relative_names": names.get(grant.relative_id)}
    )
    return shown | {
        "grant_id": str(grant.grant_id),
        "person_id": str(grant.person_id),
        "relative_id": str(grant.relative_id),
        "acts": list(grant.acts),
        "minutes_per_month": grant.minutes_per_month,
        "until": grant.until.isoformat(),
        "how": grant.consent.how,
        "given_at": instant(grant.consent.given_at),
        "recorded_by": str(grant.recorded_by),
        "active": grant.is_active,
    }


def policy_answer(policy: Policy) -> Answer:
    """Return a version of a district's rules."""
    return {
        "policy_id": str(policy.policy_id),
        "unit_id": str(policy.district_id),
        "effective": policy.effective.isoformat(),
        "preset": policy.preset,
        "set": policy.changes,
        "parameters": policy.parameters,
        "state": policy.state,
        "policy_version": policy.policy_version,
        "proposed_by": str(policy.proposed_by),
        "decided_by": str(policy.decided_by) if policy.decided_by else None,
        "why": policy.why,
    }


def preset_answer(preset: Preset) -> Answer:
    """Return what a city published, with where."""
    return {
        "preset": preset.name,
        "title": dict(preset.title),
        "policy": preset.values,
        "sources": dict(preset.sources),
        "notes": list(preset.notes),
    }


def parameter_answer(parameter: Parameter) -> Answer:
    """Return what a parameter is."""
    return {
        "name": parameter.name,
        "type": parameter.type,
        "default": parameter.default,
        "unit": parameter.unit,
        "min": parameter.minimum,
        "max": parameter.maximum,
        "choices": list(parameter.choices),
        "nullable": parameter.is_nullable,
        "fixed": parameter.is_fixed,
        "mark": parameter.mark,
        "source": parameter.source,
        "zh": parameter.zh,
        "en": parameter.en,
    }


def _id(value: UUID | None) -> str | None:
    return str(value) if value else None


def _home(person: Person) -> Answer | None:
    if person.home is None:
        return None
    latitude, longitude = person.home.latitude_millideg, person.home.longitude_millideg
    return {"latitude": _degrees(latitude), "longitude": _degrees(longitude)}


def _degrees(millideg: int) -> str:
    sign = "-" if millideg < 0 else ""
    return f"{sign}{abs(millideg) // MILLI}.{abs(millideg) % MILLI:03d}"
