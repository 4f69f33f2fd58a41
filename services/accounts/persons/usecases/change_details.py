"""Change what is known of a person: name, number, address, home; and move them to another unit."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from libs.programme.refusals import MakerIsCheckerError
from libs.programme.words import PERSON_ROLES, STAFF_ROLES, Spoken, VisitRisk
from services.accounts.core.refusals import DistrictNeededError
from services.accounts.core.rules.identity import Language, LookUp, canonical_name
from services.accounts.core.rules.notices import Notice
from services.accounts.core.rules.persons import Home, Household, Person
from services.accounts.core.store.identity_store import Identity
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.authorise import require_above, require_over, require_power
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.core.usecases.publishing import publish_person
from services.accounts.numbers.usecases.change_number import change_number
from services.accounts.persons.refusals import ChangedMeanwhileError, TwoPeopleNeededError
from services.accounts.relations.usecases.grant_acting import grant_to_ask_for, keep_act_under


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
    speaks: tuple[Spoken, ...] = ()
    language: Language | None = None
    remarks: str | None = None


SEALED_WISHES = frozenset({"language", "remarks"})
WISHES = SEALED_WISHES | {"speaks"}
"""What a relative with a right may say for them too."""
WISHED = "wishes"
"""What it is called among the acts that were done for somebody."""
OWN_FIELDS = frozenset({"phone_number", "address", "contacts", "has_phone"}) | WISHES


def change_details(
    store: SealedStore,
    context: CommandContext,
    *,
    person_id: UUID,
    version: int,
    details: Details,
    at: datetime,
    digest: Callable[[str, str], bytes],
) -> tuple[Person, list[Notice]]:
    """Change what is given: a person their number, address, contacts and wishes, a relative wishes, staff everything.

    `at` is the machine's time, by which a new number begins to open the account. Returned is also what the old number
    and the new are to be told.

    Raises:
        PersonNotFoundError, WrongPersonStateError
        OutOfScopeError, ForbiddenError, MakerIsCheckerError, PersonNotBelowError
        ChangedMeanwhileError: somebody else changed the person since they were looked at.
        PhoneNumberTakenError, PhoneNumberInvalidError, TooManyChangesError
        TwoPeopleNeededError: the number of a member of staff is changed by two (propose_number.py).
    """
    person = store.persons.lock_person(person_id)
    _require_own_wish_or_over(store, context, person, details)
    _refuse_stale(person, version)
    changed = _changed(person, details, store, context)
    _change_identity(store, person_id, details)
    notices: list[Notice] = []
    if "phone_number" in details.given:
        _refuse_staff(store, person_id)
        notices = change_number(store, context, person_id=person_id, number=details.phone_number, at=at, digest=digest)
    store.persons.save(changed)
    publish_person(store, context, changed)
    return changed, notices


def move_person(
    store: SealedStore, context: CommandContext, *, person_id: UUID, version: int, home_unit_id: UUID
) -> Person:
    """Let a person be at home in another unit; what they are moves with them, staff roles stay where they are.

    Raises:
        PersonNotFoundError, WrongPersonStateError, UnitNotFoundError, ChangedMeanwhileError
        OutOfScopeError, ForbiddenError: the actor does not reach both units.
        MakerIsCheckerError, PersonNotBelowError
        DistrictNeededError: people with a role live below a district.
    """
    person = store.persons.lock_person(person_id)
    require_power(store, context, "register_person", person.home_unit_id)
    require_power(store, context, "register_person", home_unit_id)
    require_above(store, context, person_id)
    _refuse_stale(person, version)
    unit = store.units.unit(home_unit_id)
    held = [grant for grant in store.persons.roles(person_id) if grant.role in PERSON_ROLES]
    if held and unit.district_id is None:
        raise DistrictNeededError(unit_id=home_unit_id)
    moved = replace(person.changed(), home_unit_id=home_unit_id, district_id=unit.district_id)
    store.persons.move_grants([grant.grant_id for grant in held], home_unit_id)
    store.persons.save(moved)
    publish_person(store, context, moved)
    return moved


def _require_own_wish_or_over(store: SealedStore, context: CommandContext, person: Person, details: Details) -> None:
    """Refuse whoever may not change this; what a relative says for somebody is kept, for both to see."""
    if person.person_id == context.caller_id and details.given <= OWN_FIELDS:
        context.active_actor()
        return
    grant = grant_to_ask_for(store, context, person_id=person.person_id) if details.given <= WISHES else None
    if grant is None:
        require_over(store, context, "register_person", person)
    else:
        keep_act_under(store, context, grant, WISHED)


def _refuse_stale(person: Person, version: int) -> None:
    person.refuse_unless_living()
    if person.version != version:
        raise ChangedMeanwhileError(version=person.version)


def _changed(person: Person, details: Details, store: SealedStore, context: CommandContext) -> Person:
    changed = person.changed()
    if "home" in details.given:
        changed = replace(changed, home=details.home)
    if "household" in details.given:
        changed = replace(changed, household=_household(details, store, context, person))
    if "has_phone" in details.given:
        changed = replace(changed, has_phone=details.has_phone)
    if "speaks" in details.given:
        changed = replace(changed, speaks=tuple(sorted(set(details.speaks))))
    if "visit_risk" in details.given:
        changed = replace(changed, visits=person.visits.changed_to(details.visit_risk, today=context.today))
    return changed


def _household(details: Details, store: SealedStore, context: CommandContext, person: Person) -> Household:
    """Return it as one says, after refusing who would free themselves: it keeps its members from signing."""
    present = person.household
    if present.is_left_for(details.household_id):
        callers = store.persons.person(context.caller_id).household
        if callers.household_id == present.household_id:
            raise MakerIsCheckerError
    return present.changed_to(details.household_id, said_by=context.caller_id)


def _change_identity(store: SealedStore, person_id: UUID, details: Details) -> None:
    identity = store.identities.identity(person_id)
    assert identity is not None, "only the erased have none"
    fields = details.given & {"names", "address", "contacts", *SEALED_WISHES}
    if not fields:
        return
    changed: Identity = replace(identity, **{name: getattr(details, name) for name in sorted(fields)})
    store.identities.save(person_id, changed)
    if "names" in fields:
        store.identities.reindex(person_id, LookUp.NAME, canonical_name(changed.names["zh"]))


def _refuse_staff(store: SealedStore, person_id: UUID) -> None:
    if any(grant.role in STAFF_ROLES for grant in store.persons.roles(person_id)):
        raise TwoPeopleNeededError(propose_at=f"/v1/persons/{person_id}/phone-changes/{{id}}")
