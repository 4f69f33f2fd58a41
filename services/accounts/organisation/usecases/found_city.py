"""Begin: the root of the tree and its first staff, who are made by nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from libs.ids import id_from_cause
from libs.programme.refusals import AlreadyDecidedError
from libs.programme.words import Role, Sex, UnitLevel
from services.accounts.core.messages import OnceCause, tell_unit
from services.accounts.core.refusals import TwoAdministratorsNeededError
from services.accounts.core.rules.identity import canonical_name
from services.accounts.core.rules.roles import RoleGrant
from services.accounts.core.rules.units import Unit, place_unit
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.command_context import CommandContext, context_of
from services.accounts.core.usecases.publishing import publish_person
from services.accounts.persons.usecases.register_person import Registration, enrol

FIRST_ID = UUID("4f0b6c1a-8a86-5d0e-b0f3-6f2b6f1d5c01")
CITY_ID = id_from_cause(FIRST_ID, "city")
HARNESS_IDS = (id_from_cause(FIRST_ID, "harness-a"), id_from_cause(FIRST_ID, "harness-b"))
HARNESS_NAMES = ("harness-a", "harness-b")
HARNESS_PASSWORD = "harness-demo-only"
HARNESS_ROLES = (Role.DISTRICT_ADMIN, Role.COORDINATOR, Role.OPERATOR, Role.CHECKER, Role.CITY_ADMIN)
FOUNDERS = 2
_BORN = date(1980, 1, 1)


@dataclass(frozen=True)
class CityNames:
    """What the city is called."""

    zh: str
    en: str


def ensure_city(store: SealedStore, names: CityNames, *, now: datetime) -> Unit:
    """Return the root of the tree, made now if there is none."""
    city = store.units.city()
    if city is None:
        city = place_unit(unit_id=CITY_ID, level=UnitLevel.CITY, parent=None, name_zh=names.zh, name_en=names.en)
        store.units.add(city)
        tell_unit(store.connection, OnceCause(CITY_ID, "founded", now), city)
    return city


def ensure_harness(store: SealedStore, city: Unit, *, password_hash: str, now: datetime) -> None:
    """Register the two built-in members of staff of a demonstration; each is the maker of the other."""
    for person_id, name, maker in zip(HARNESS_IDS, HARNESS_NAMES, reversed(HARNESS_IDS), strict=True):
        if store.persons.find(person_id) is None:
            registration = Registration(
                person_id=person_id,
                names={"zh": name},
                born=_BORN,
                sex=Sex.FEMALE,
                home_unit_id=city.unit_id,
                sign_in_name=name,
                password_hash=password_hash,
                is_password_own=True,
            )
            _enrol_staff(store, context_of(maker, now=now, cause=person_id), registration, HARNESS_ROLES, city)


def found_administrators(store: SealedStore, city: Unit, founders: Sequence[Registration], *, now: datetime) -> None:
    """Register a city's two administrators, each typed in by themselves; neither is there before the other.

    Whoever may run this program on the machine may do it, once.

    Raises:
        TwoAdministratorsNeededError: they are not two people with a name of their own each.
        AlreadyDecidedError: somebody is registered already, who can register others.
    """
    names = {canonical_name(registration.sign_in_name or "") for registration in founders} - {""}
    if (
        len(founders) != FOUNDERS
        or len(names) != FOUNDERS
        or not all(registration.password_hash for registration in founders)
    ):
        raise TwoAdministratorsNeededError
    if store.persons.are_there_any():
        raise AlreadyDecidedError
    first, second = founders
    for registration, other in ((first, second), (second, first)):
        _enrol_staff(
            store,
            context_of(other.person_id, now=now, cause=registration.person_id),
            registration,
            (Role.CITY_ADMIN,),
            city,
        )


def add_administrator(store: SealedStore, city: Unit, registration: Registration, *, now: datetime) -> None:
    """Register another administrator of a city that has lost one of its two: two people could appoint nobody any more.

    Whoever may run this program on the machine may do it.

    Raises:
        TwoAdministratorsNeededError: the city has none yet, and is founded by two.
    """
    if not store.persons.are_there_any():
        raise TwoAdministratorsNeededError
    context = context_of(registration.person_id, now=now, cause=registration.person_id)
    _enrol_staff(store, context, registration, (Role.CITY_ADMIN,), city)


def _enrol_staff(
    store: SealedStore, context: CommandContext, registration: Registration, roles: tuple[Role, ...], city: Unit
) -> None:
    person = enrol(store, context, registration)
    grants = [
        RoleGrant(
            grant_id=id_from_cause(person.person_id, "role", role),
            person_id=person.person_id,
            role=role,
            unit_id=city.unit_id,
            granted_by=context.caller_id,
            granted_at=context.now,
        )
        for role in roles
    ]
    store.persons.add_grants(grants)
    changed = person.changed()
    store.persons.save(changed)
    publish_person(store, context, changed)
