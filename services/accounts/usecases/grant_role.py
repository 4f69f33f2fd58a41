"""Give a person a role at a unit."""

from dataclasses import replace
from uuid import UUID

from libs.errors import IdReusedError
from services.accounts import messages
from services.accounts.domain.errors import AlreadyDecidedError, SelfGrantError, WrongPersonStateError
from services.accounts.domain.persons import Status
from services.accounts.domain.roles import PERSON_ROLES, Role, RoleGrant, refuse_unless_grantable
from services.accounts.usecases.act import Act


def grant_role(act: Act, *, grant_id: UUID, person_id: UUID, role: Role, unit_id: UUID) -> RoleGrant:
    """Give a role at a unit which the granter's own administrative role reaches.

    Raises:
        PersonNotFoundError, UnitNotFoundError
        OutOfScopeError, ForbiddenError: the actor may not grant roles at this unit.
        SelfGrantError: nobody grants to themselves.
        RoleUnitMismatchError, RoleConflictError: the role is not held there, or not beside the person's other roles.
        AlreadyDecidedError: the person has this role already.
        IdReusedError: another grant has this id.
    """
    act.require(_power(role), unit_id)
    if person_id == act.actor_id:
        raise SelfGrantError
    person = act.store.persons.lock_person(person_id)
    if person.status is not Status.ACTIVE:
        raise WrongPersonStateError(state=person.status)
    if act.store.persons.was_granted(grant_id):
        raise IdReusedError(grant_id=grant_id)
    held = act.store.persons.roles(person_id)
    unit = act.store.units.unit(unit_id)
    refuse_unless_grantable(role, level=unit.level, unit_id=unit_id, home_unit_id=person.home_unit_id, held=held)
    if any(grant.role is role and grant.unit_id == unit_id for grant in held):
        raise AlreadyDecidedError(role=role, unit_id=unit_id)
    grant = RoleGrant(grant_id, person_id, role, unit_id, act.actor_id, act.now)
    is_new_volunteer = role is Role.VOLUNTEER and not person.was_volunteer
    changed = replace(person.changed(), was_volunteer=person.was_volunteer or is_new_volunteer)
    act.store.persons.add_grants([grant])
    act.store.persons.save(changed)
    act.publish(changed)
    if is_new_volunteer:
        act.store.append(messages.person_registered(changed, by=act.actor_id, is_new_volunteer=True, now=act.now))
    return grant


def end_role(act: Act, *, grant_id: UUID, person_id: UUID) -> RoleGrant:
    """Take a role away.

    Raises:
        OutOfScopeError, ForbiddenError: the actor may not grant roles at its unit.
        AlreadyDecidedError: it is not held now.
        PersonNotFoundError
    """
    person = act.store.persons.lock_person(person_id)
    grant = act.store.persons.find_grant(grant_id)
    act.require(_power(grant.role) if grant else "grant_role", grant.unit_id if grant else person.home_unit_id)
    if grant is None or grant.person_id != person_id:
        raise AlreadyDecidedError(grant_id=grant_id)
    changed = person.changed()
    act.store.persons.end_grant(grant_id, by=act.actor_id, at=act.now)
    act.store.persons.save(changed)
    act.publish(changed)
    return grant


def _power(role: Role) -> str:
    """Return the power that gives a role: who may register people may say that somebody is a volunteer."""
    return "register_person" if role in PERSON_ROLES else "grant_role"
