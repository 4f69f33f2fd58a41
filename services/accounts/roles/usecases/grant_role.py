"""Give a person a role at a unit: what people are by one member of staff, what staff may do by two."""

from dataclasses import replace
from uuid import UUID

from libs.errors import IdReusedError
from libs.programme.refusals import AlreadyDecidedError
from libs.programme.two_people import propose
from libs.programme.words import PERSON_ROLES, STAFF_ROLES, PersonStatus, Role
from services.accounts.core.messages import person_registered, tell
from services.accounts.core.refusals import WrongPersonStateError
from services.accounts.core.rules.persons import Person
from services.accounts.core.rules.roles import RoleGrant, refuse_unless_grantable
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.authorise import rank_at, require_above, require_power, require_power_somewhere
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.core.usecases.publishing import publish_person
from services.accounts.roles.refusals import SelfGrantError
from services.accounts.roles.rules import GRANT_ROLE, Appointment, AppointmentAct, refuse_above_rank, refuse_unseen
from services.accounts.roles.store import AT_UNIT, AppointmentStore, new_role, sightings_of


def grant_role(
    store: SealedStore, context: CommandContext, *, grant_id: UUID, person_id: UUID, role: Role, unit_id: UUID
) -> RoleGrant | Appointment:
    """Give a role at a unit which the granter's own role reaches; a staff role is only proposed.

    Raises:
        PersonNotFoundError, UnitNotFoundError
        OutOfScopeError, ForbiddenError: the actor may not grant this role at this unit.
        PersonNotBelowError
        SelfGrantError: nobody grants to themselves.
        IdentityNotSeenError: for a staff role, two members of staff must have seen who it is.
        RoleUnitMismatchError, RoleConflictError: the role is not held there, or not beside the person's other roles.
        AlreadyDecidedError: the person has this role already.
        IdReusedError: another grant has this id.
    """
    require_power_somewhere(context, power_to_give(role))
    [granted, proposed, seen] = store.load(
        context.caller_id,
        {"about": [person_id], "unit_id": unit_id},
        *new_role(grant_id),
        sightings_of(person_id),
        units=AT_UNIT,
    )
    require_power(store, context, power_to_give(role), unit_id)
    if person_id == context.caller_id:
        raise SelfGrantError
    person = store.persons.lock_person(person_id)
    require_above(store, context, person_id)
    if role in STAFF_ROLES:
        refuse_above_rank(role, rank_at(store, context, GRANT_ROLE, unit_id))
    if granted or proposed:
        raise IdReusedError(grant_id=grant_id)
    refuse_ungrantable(store, person, role, unit_id)
    if role in PERSON_ROLES:
        grant = RoleGrant(grant_id, person_id, role, unit_id, context.caller_id, context.now)
        give(store, context, person, grant)
        return grant
    refuse_unseen(row.seen_by for row in seen)
    return _propose(store, context, grant_id=grant_id, person=person, role=role, unit_id=unit_id)


def refuse_ungrantable(store: SealedStore, person: Person, role: Role, unit_id: UUID) -> None:
    """Refuse a role that a person cannot hold at a unit now.

    Raises:
        WrongPersonStateError, RoleUnitMismatchError, RoleConflictError, AlreadyDecidedError
    """
    if person.status is not PersonStatus.ACTIVE:
        raise WrongPersonStateError(state=person.status)
    held = store.persons.roles(person.person_id)
    unit = store.units.unit(unit_id)
    refuse_unless_grantable(role, level=unit.level, unit_id=unit_id, home_unit_id=person.home_unit_id, held=held)
    if any(grant.role is role and grant.unit_id == unit_id and grant.lent_by_id is None for grant in held):
        raise AlreadyDecidedError(role=role, unit_id=unit_id)


def give(store: SealedStore, context: CommandContext, person: Person, grant: RoleGrant) -> None:
    """Save and publish a role that is given."""
    is_new_volunteer = grant.role is Role.VOLUNTEER and not person.was_volunteer
    changed = replace(person.changed(), was_volunteer=person.was_volunteer or is_new_volunteer)
    store.persons.add_grants([grant])
    store.persons.save(changed)
    publish_person(store, context, changed)
    if is_new_volunteer:
        tell(store.connection, context, person_registered(changed, by=context.caller_id, is_new_volunteer=True))


def power_to_give(role: Role) -> str:
    """Return the power that gives a role: who may register people may say that somebody is a volunteer."""
    return "register_person" if role in PERSON_ROLES else GRANT_ROLE


def _propose(
    store: SealedStore, context: CommandContext, *, grant_id: UUID, person: Person, role: Role, unit_id: UUID
) -> Appointment:
    rank = rank_at(store, context, GRANT_ROLE, unit_id)
    proposal = propose(proposal_id=grant_id, by=context.caller_id, now=context.now, hands=frozenset({person.person_id}))
    appointment = Appointment(
        proposal, grant_id, AppointmentAct.GIVE, person.person_id, role, unit_id, proposer_rank=rank
    )
    AppointmentStore(store.connection).add(appointment)
    return appointment
