"""Register a person: what rules need in the open, who they are sealed with a key of their own."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from libs.clock import machine_now
from libs.errors import ForbiddenError, IdReusedError
from libs.ids import id_from_cause
from libs.programme.words import PersonStatus, Role, Sex, VisitRisk
from services.accounts.core.messages import person_registered, tell
from services.accounts.core.refusals import DistrictNeededError, PhoneNumberTakenError
from services.accounts.core.rules.identity import IdKind, LookUp, canonical_id_number, canonical_name, canonical_phone
from services.accounts.core.rules.persons import (
    Home,
    Household,
    Person,
    Qualifications,
    VisitListing,
    refuse_impossible_birth,
)
from services.accounts.core.rules.roles import RoleGrant
from services.accounts.core.rules.sign_in_names import canonical_sign_in_name, skeleton
from services.accounts.core.store.identity_store import Identity
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.authorise import has_power, require_power
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.core.usecases.publishing import publish_person
from services.accounts.numbers.rules import Opening
from services.accounts.numbers.store import NumberStore
from services.accounts.persons.refusals import PersonExistsError, SignInNameTakenError


@dataclass(frozen=True)
class Registration:
    """Everything that may be said when somebody is registered. The password is hashed already.

    A password is the person's own only where they typed it themselves: at the founding of a city.
    """

    person_id: UUID
    names: dict[str, str]
    born: date
    sex: Sex
    home_unit_id: UUID
    roles: tuple[Role, ...] = ()
    phone_number: str | None = None
    sign_in_name: str | None = None
    password_hash: str | None = None
    is_password_own: bool = False
    id_number: tuple[IdKind, str] | None = None
    address: str | None = None
    contacts: tuple[dict[str, str], ...] = ()
    home: Home | None = None
    household_id: UUID | None = None
    has_phone: bool = True
    visit_risk: VisitRisk | None = None
    qualifications: Qualifications = field(default_factory=Qualifications)


def register_person(store: SealedStore, context: CommandContext, registration: Registration) -> Person:
    """Register somebody at home in a unit that the actor reaches.

    Raises:
        OutOfScopeError, ForbiddenError: the actor may not register people there, or not record what is said of them.
        PersonExistsError: the same identity number is registered.
        SignInNameTakenError, PhoneNumberTakenError: somebody else signs in with it.
        DistrictNeededError: people live below a district.
        IdReusedError, DateImpossibleError, IdNumberInvalidError, PhoneNumberInvalidError
    """
    require_power(store, context, "register_person", registration.home_unit_id)
    refuse_unrecordable(store, context, registration)
    return enrol(store, context, registration)


def refuse_unrecordable(store: SealedStore, context: CommandContext, registration: Registration) -> None:
    """Refuse what only others may record: training, a clean record, insurance and certificates of a volunteer.

    Raises:
        ForbiddenError: `not_authorised`, with the power that is missing.
    """
    if registration.qualifications != Qualifications() and not has_power(
        store, context, "qualify_volunteer", registration.home_unit_id
    ):
        raise ForbiddenError(power="qualify_volunteer")


def enrol(store: SealedStore, context: CommandContext, registration: Registration) -> Person:
    """Save and publish a new person; who may was asked before."""
    if store.persons.find(registration.person_id) is not None:
        raise IdReusedError(person_id=registration.person_id)
    refuse_impossible_birth(registration.born, context.today)
    home_unit = store.units.unit(registration.home_unit_id)
    if registration.roles and home_unit.district_id is None:
        raise DistrictNeededError(unit_id=home_unit.unit_id)
    entries = _refuse_taken(store, registration)
    openings = _openings(store, registration, entries.get(LookUp.PHONE))
    person = _person(context, registration, home_unit.district_id)
    store.persons.add(person)
    store.identities.add(person.person_id, _identity(registration))
    store.identities.index(person.person_id, entries)
    NumberStore(store).set_openings(person.person_id, openings)
    if registration.password_hash:
        store.identities.set_password_hash(
            person.person_id, registration.password_hash, context.now, by_other=not registration.is_password_own
        )
    grants = [_grant(context, person, role) for role in dict.fromkeys(registration.roles)]
    store.persons.add_grants(grants)
    publish_person(store, context, person, grants)
    registered = person_registered(person, by=context.caller_id, is_new_volunteer=person.was_volunteer)
    tell(store.connection, context, registered)
    return person


def _refuse_taken(store: SealedStore, registration: Registration) -> dict[LookUp, str]:
    """Return what the person will be found by, after refusing what only one person may be found by."""
    identities = store.identities
    entries = {LookUp.NAME: canonical_name(registration.names["zh"])}
    if registration.id_number:
        entries[LookUp.ID_NUMBER] = canonical_id_number(*registration.id_number)
        identities.lock_text(LookUp.ID_NUMBER, entries[LookUp.ID_NUMBER])
        if identities.found_by(LookUp.ID_NUMBER, entries[LookUp.ID_NUMBER]):
            raise PersonExistsError
    if registration.sign_in_name:
        name = canonical_sign_in_name(registration.sign_in_name, own_number=registration.phone_number)
        entries[LookUp.SIGN_IN_NAME], entries[LookUp.SIGN_IN_LOOKS] = name, skeleton(name)
        identities.lock_text(LookUp.SIGN_IN_LOOKS, entries[LookUp.SIGN_IN_LOOKS])
        if identities.found_by(LookUp.SIGN_IN_LOOKS, entries[LookUp.SIGN_IN_LOOKS]):
            raise SignInNameTakenError
    if registration.phone_number:
        entries[LookUp.PHONE] = canonical_phone(registration.phone_number)
    return entries


def _openings(store: SealedStore, registration: Registration, number: str | None) -> list[Opening]:
    """Return the number that opens the account: housemates may share a telephone, one of them signs in with it.

    Raises:
        PhoneNumberTakenError: it is somebody else's, and this person would sign in too.
    """
    if number is None:
        return []
    store.identities.lock_text(LookUp.PHONE_OPENS, number)
    holders = NumberStore(store).held_by(number, at=machine_now())
    if holders and (registration.password_hash or registration.sign_in_name):
        raise PhoneNumberTakenError
    return [] if holders else [Opening(number)]


def _person(context: CommandContext, registration: Registration, district_id: UUID | None) -> Person:
    return Person(
        person_id=registration.person_id,
        status=PersonStatus.ACTIVE,
        home_unit_id=registration.home_unit_id,
        district_id=district_id,
        born=registration.born,
        sex=registration.sex,
        registered_at=context.now,
        household=Household().changed_to(registration.household_id, said_by=context.caller_id),
        home=registration.home,
        has_phone=registration.has_phone,
        visits=VisitListing().changed_to(registration.visit_risk, today=context.today),
        qualifications=registration.qualifications,
        was_volunteer=Role.VOLUNTEER in registration.roles,
        known_to=(context.caller_id,),
    )


def _identity(registration: Registration) -> Identity:
    number = registration.id_number
    return Identity(
        names=registration.names,
        phone_number=registration.phone_number,
        sign_in_name=registration.sign_in_name,
        id_number={"kind": number[0], "number": number[1]} if number else None,
        address=registration.address,
        contacts=registration.contacts,
    )


def _grant(context: CommandContext, person: Person, role: Role) -> RoleGrant:
    return RoleGrant(
        grant_id=id_from_cause(person.person_id, "role", role),
        person_id=person.person_id,
        role=role,
        unit_id=person.home_unit_id,
        granted_by=context.caller_id,
        granted_at=context.now,
    )
