"""Whether who acts may: the first question of every use case."""

from collections.abc import Collection
from uuid import UUID

from libs.contracts.powers import POWERS
from libs.errors import ForbiddenError
from libs.http import holds, require
from libs.ids import id_from_cause
from libs.programme.acting import refuse_unless_consented
from libs.programme.refusals import MakerIsCheckerError
from services.accounts.core.refusals import PersonNotBelowError
from services.accounts.core.rules.persons import Person
from services.accounts.core.rules.roles import (
    highest_rank,
    is_staff,
    may_sign_about as may_sign,
    may_witness,
    stands_above,
)
from services.accounts.core.store.store import Store
from services.accounts.core.usecases.command_context import CommandContext


def require_power(store: Store, context: CommandContext, power: str, unit_id: UUID) -> None:
    """Refuse unless who acts has the power at a unit.

    Raises:
        PersonSuspendedError, ForbiddenError (`not_authorised`), OutOfScopeError
    """
    require(context.active_actor(), POWERS[power], store.units.unit(unit_id).path)


def require_view(store: Store, context: CommandContext, person_id: UUID) -> None:
    """Refuse unless who acts looks at themselves, or may look at people where this one is at home.

    Raises:
        PersonNotFoundError
        PersonSuspendedError, ForbiddenError (`not_authorised`), OutOfScopeError
    """
    if person_id != context.caller_id:
        require_power(store, context, "view_person", store.persons.person(person_id).home_unit_id)


def whose_list(store: Store, context: CommandContext, *, unit_id: UUID | None, person_id: UUID | None) -> UUID | None:
    """Return whose rows a list shows: the person's who is named, everybody's where a unit is, else one's own.

    Raises:
        PersonNotFoundError, UnitNotFoundError
        PersonSuspendedError, ForbiddenError (`not_authorised`), OutOfScopeError
    """
    if unit_id is not None:
        require_power(store, context, "view_person", unit_id)
        return person_id
    require_view(store, context, person_id or context.caller_id)
    return person_id or context.caller_id


def whose_proposals(store: Store, context: CommandContext, person_id: UUID) -> UUID | None:
    """Return whose proposals about a person the actor reads: None = all, to the person and staff over them; else own.

    Raises:
        PersonNotFoundError, PersonSuspendedError
    """
    if person_id == context.caller_id:
        return None
    context.active_actor()
    home = store.persons.person(person_id).home_unit_id
    return None if has_power(store, context, "view_person", home) else context.caller_id


def require_power_somewhere(context: CommandContext, power: str) -> None:
    """Refuse unless who acts has the power at some unit.

    Raises:
        PersonSuspendedError, ForbiddenError
    """
    if not any(held.role in POWERS[power] for held in context.active_actor().roles):
        raise ForbiddenError


def has_power(store: Store, context: CommandContext, power: str, unit_id: UUID) -> bool:
    """Tell whether who acts has the power at a unit; the suspended have none, and are asked nothing."""
    return holds(context.actor, POWERS[power], store.units.unit(unit_id).path)


def require_over(store: Store, context: CommandContext, power: str, person: Person) -> None:
    """Refuse unless who acts has the power where a person is at home, and stands above that person.

    Every act of staff on a person passes through here or `require_above`; a test walks them all.

    Raises:
        PersonSuspendedError, ForbiddenError (`not_authorised`), OutOfScopeError
        MakerIsCheckerError, PersonNotBelowError
    """
    require_power(store, context, power, person.home_unit_id)
    require_above(store, context, person.person_id)


def lock_below(store: Store, context: CommandContext, power: str, person_id: UUID) -> Person:
    """Return a person for change by staff who stand above them; whoever has the power nowhere waits for nobody.

    Raises:
        PersonNotFoundError
        PersonSuspendedError, ForbiddenError (`not_authorised`), OutOfScopeError
        MakerIsCheckerError, PersonNotBelowError
    """
    require_power_somewhere(context, power)
    store.load(context.caller_id, {"about": [person_id]})
    person = store.persons.lock_person(person_id)
    require_over(store, context, power, person)
    return person


def require_above(store: Store, context: CommandContext, person_id: UUID) -> None:
    """Refuse staff who would act on themselves, or on a person whose role is not below their own.

    Raises:
        MakerIsCheckerError: it is themselves.
        PersonNotBelowError: the person holds a role that is not below theirs in the same branch.
    """
    if person_id == context.caller_id:
        raise MakerIsCheckerError
    if not is_above(store, context, person_id):
        raise PersonNotBelowError


def is_above(store: Store, context: CommandContext, person_id: UUID) -> bool:
    """Tell whether who acts stands above a person; nobody stands above themselves."""
    places = store.persons.places([context.caller_id, person_id])
    return person_id != context.caller_id and stands_above(places[context.caller_id], places[person_id])


def may_sign_about(store: Store, context: CommandContext, person_id: UUID) -> bool:
    """Tell whether who acts may be one of two people about somebody: above them, or beside them at the top."""
    places = store.persons.places([context.caller_id, person_id])
    return may_sign(places[context.caller_id], places[person_id])


def require_witness(store: Store, context: CommandContext, power: str, person: Person) -> None:
    """Refuse unless who acts may be one of two who say that a person died, or did not.

    Of a member of staff those say so who stand above them, whatever else they may do: few of the others do. Nobody
    stands above the top, and people at the top die too: there it is those beside them.

    Raises:
        PersonSuspendedError, ForbiddenError (`not_authorised`), OutOfScopeError
        MakerIsCheckerError, PersonNotBelowError
    """
    context.active_actor()
    places = store.persons.places([context.caller_id, person.person_id])
    mine, theirs = places[context.caller_id], places[person.person_id]
    if person.person_id == context.caller_id or not (is_staff(theirs) and is_staff(mine)):
        require_over(store, context, power, person)
    elif not may_witness(mine, theirs):
        raise PersonNotBelowError


def rank_at(store: Store, context: CommandContext, power: str, unit_id: UUID, *, of: UUID | None = None) -> int:
    """Return the rank of the highest role by which who acts, or somebody else, has a power at a unit; 0: none."""
    who = of or context.caller_id
    path = store.units.unit(unit_id).path
    return highest_rank(store.persons.places([who])[who], roles=POWERS[power], path=path)


def keep_consent(store: Store, context: CommandContext, about: Collection[UUID], act: str) -> None:
    """Keep the consent of a person for whom this is done, and that it was done; only staff act for others here.

    Raises:
        OutOfScopeError, ForbiddenError: the actor may not act for this person, or it is not about them.
        WrongPersonStateError: nobody acts for the dead, or for who left.
        ConsentMissingError: somebody is acted for without their recorded word.
    """
    if context.acting_for is None or not context.is_for_another:
        return
    if context.acting_for not in about:
        raise ForbiddenError
    person = store.persons.lock_person(context.acting_for)
    require_power(store, context, "act_for", person.home_unit_id)
    person.refuse_unless_living()
    refuse_unless_consented(context.consent, now=context.now)
    assert context.consent is not None
    store.records.add_consent(
        person_id=context.acting_for,
        act=act,
        consent=context.consent,
        why=context.why,
        by=context.caller_id,
        at=context.now,
    )
    store.records.add_act_for(
        {
            "use_id": id_from_cause(context.cause, act, str(context.acting_for)),
            "service": "accounts",
            "person_id": context.acting_for,
            "actor_id": context.caller_id,
            "act": act,
            "subject_id": context.acting_for,
            "minutes": 0,
            "how": context.consent.how,
            "given_at": context.consent.given_at,
            "at": context.now,
        }
    )
