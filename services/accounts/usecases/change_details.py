"""Change what is known of a person: name, number, address, home; and move them to another unit."""

from dataclasses import dataclass, replace
from uuid import UUID

from services.accounts.domain.errors import (
    ChangedMeanwhileError,
    DistrictNeededError,
    PhoneNumberTakenError,
    WrongPersonStateError,
)
from services.accounts.domain.identity import LookUp, canonical_name, canonical_phone
from services.accounts.domain.persons import Home, Person, Status, VisitRisk
from services.accounts.domain.roles import PERSON_ROLES
from services.accounts.store.identity_store import Identity
from services.accounts.usecases.act import Act

_CHANGEABLE = (Status.ACTIVE, Status.SUSPENDED)


@dataclass(frozen=True)
class Details:
    """What is to change: the names of fields, and their values."""

    given: frozenset[str]
    names: dict[str, str] | None = None
    phone_number: str | None = None
    address: str | None = None
    contacts: tuple[dict[str, str], ...] = ()
    home: Home | None = None
    household_id: UUID | None = None
    has_phone: bool = True
    visit_risk: VisitRisk | None = None


OWN_FIELDS = frozenset({"phone_number", "address", "contacts", "has_phone"})


def change_details(act: Act, *, person_id: UUID, version: int, details: Details) -> Person:
    """Change what is given; a person changes their own number, address and contacts, staff everything.

    Raises:
        PersonNotFoundError, WrongPersonStateError
        OutOfScopeError, ForbiddenError
        ChangedMeanwhileError: somebody else changed the person since they were looked at.
        PhoneNumberTakenError, PhoneNumberInvalidError
    """
    person = act.store.persons.lock_person(person_id)
    if person_id == act.actor_id and details.given <= OWN_FIELDS:
        act.actor()
    else:
        act.require("register_person", person.home_unit_id)
    _refuse_stale(person, version)
    changed = _changed(person, details, act)
    _change_identity(act, person_id, details)
    act.store.persons.save(changed)
    act.publish(changed)
    return changed


def move_person(act: Act, *, person_id: UUID, version: int, home_unit_id: UUID) -> Person:
    """Let a person be at home in another unit; what they are moves with them, staff roles stay where they are.

    Raises:
        PersonNotFoundError, WrongPersonStateError, UnitNotFoundError, ChangedMeanwhileError
        OutOfScopeError, ForbiddenError: the actor does not reach both units.
        DistrictNeededError: people with a role live below a district.
    """
    person = act.store.persons.lock_person(person_id)
    act.require("register_person", person.home_unit_id)
    act.require("register_person", home_unit_id)
    _refuse_stale(person, version)
    unit = act.store.units.unit(home_unit_id)
    held = [grant for grant in act.store.persons.roles(person_id) if grant.role in PERSON_ROLES]
    if held and unit.district_id is None:
        raise DistrictNeededError(unit_id=home_unit_id)
    moved = replace(person.changed(), home_unit_id=home_unit_id, district_id=unit.district_id)
    act.store.persons.move_grants([grant.grant_id for grant in held], home_unit_id)
    act.store.persons.save(moved)
    act.publish(moved)
    return moved


def _refuse_stale(person: Person, version: int) -> None:
    if person.status not in _CHANGEABLE:
        raise WrongPersonStateError(state=person.status)
    if person.version != version:
        raise ChangedMeanwhileError(version=person.version)


def _changed(person: Person, details: Details, act: Act) -> Person:
    changed = person.changed()
    if "home" in details.given:
        changed = replace(changed, home=details.home)
    if "household" in details.given:
        changed = replace(changed, household_id=details.household_id)
    if "has_phone" in details.given:
        changed = replace(changed, has_phone=details.has_phone)
    if "visit_risk" in details.given:
        listed_on = (person.visit_listed_on or act.today) if details.visit_risk else None
        changed = replace(changed, visit_risk=details.visit_risk, visit_listed_on=listed_on)
    return changed


def _change_identity(act: Act, person_id: UUID, details: Details) -> None:
    identity = act.store.identities.identity(person_id)
    assert identity is not None, "only the erased have none"
    fields = details.given & {"names", "phone_number", "address", "contacts"}
    if not fields:
        return
    changed: Identity = replace(identity, **{name: getattr(details, name) for name in sorted(fields)})
    act.store.identities.save(person_id, changed)
    if "names" in fields:
        act.store.identities.reindex(person_id, LookUp.NAME, canonical_name(changed.names["zh"]))
    if "phone_number" in fields:
        act.store.identities.reindex(person_id, LookUp.PHONE, _free_number(act, person_id, changed.phone_number))


def _free_number(act: Act, person_id: UUID, number: str | None) -> str | None:
    """Return the number in its one form, after refusing one that somebody else signs in with."""
    if number is None:
        return None
    canonical = canonical_phone(number)
    act.store.identities.lock_text(LookUp.PHONE, canonical)
    others = [other for other in act.store.identities.found_by(LookUp.PHONE, canonical) if other != person_id]
    if act.store.identities.password_hashes([person_id]) and act.store.identities.password_hashes(others):
        raise PhoneNumberTakenError
    return canonical
