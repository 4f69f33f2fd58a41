"""Take a role away: by one member of staff who stands above the person, at the top of the city by two."""

from uuid import UUID

from libs.errors import ForbiddenError
from libs.ids import new_id
from libs.programme.refusals import AlreadyDecidedError
from libs.programme.two_people import ProposalState, propose
from libs.programme.words import PERSON_ROLES, Role
from services.accounts.core.acts import Act
from services.accounts.core.refusals import PersonNotBelowError, TwoAdministratorsNeededError
from services.accounts.core.rules.persons import Person
from services.accounts.core.rules.roles import RoleGrant
from services.accounts.roles.rules import GRANT_ROLE, Appointment, AppointmentAct
from services.accounts.roles.store import AppointmentStore
from services.accounts.roles.usecases.grant_role import power_to_give

ADMINISTRATORS_MIN = 2


def end_role(act: Act, *, grant_id: UUID, person_id: UUID) -> RoleGrant | Appointment:
    """Take a role away, or propose to where nobody stands above the person; or take back what one proposed oneself.

    Raises:
        PersonNotFoundError
        OutOfScopeError, ForbiddenError: the actor may not grant roles at its unit.
        PersonNotBelowError: the person does not stand below the actor.
        TwoAdministratorsNeededError: the city would be left with one administrator.
        AlreadyDecidedError: it is not held now.
    """
    person = act.store.persons.lock_person(person_id)
    grant = act.store.persons.find_grant(grant_id)
    if grant is None or grant.person_id != person_id:
        return _take_back(act, grant_id, person)
    act.require(power_to_give(grant.role), grant.unit_id)
    if act.is_above(person_id):
        end(act, person, grant)
        return grant
    if grant.role in PERSON_ROLES or not act.may_sign_about(person_id):
        raise PersonNotBelowError
    return _propose(act, grant)


def end(act: Act, person: Person, grant: RoleGrant) -> None:
    """Save and publish that a role is held no more.

    Raises:
        TwoAdministratorsNeededError
    """
    if grant.role is Role.CITY_ADMIN:
        _refuse_last_but_one(act, grant)
    changed = person.changed()
    act.store.persons.end_grant(grant.grant_id, by=act.actor_id, at=act.now)
    act.store.persons.save(changed)
    act.publish(changed)


def _refuse_last_but_one(act: Act, grant: RoleGrant) -> None:
    """Count the administrators under the city's lock: two removals at once would leave none."""
    act.store.units.lock(grant.unit_id)
    if act.store.persons.holders(Role.CITY_ADMIN) <= ADMINISTRATORS_MIN:
        raise TwoAdministratorsNeededError


def _propose(act: Act, grant: RoleGrant) -> Appointment:
    waiting = AppointmentStore(act.connection).latest(grant.grant_id)
    if waiting and waiting.act is AppointmentAct.END and waiting.proposal.state_at(act.now) is ProposalState.PROPOSED:
        raise AlreadyDecidedError(grant_id=grant.grant_id)
    proposal = propose(proposal_id=new_id(), by=act.actor_id, now=act.now, hands=frozenset({grant.person_id}))
    rank = act.rank(GRANT_ROLE, grant.unit_id)
    appointment = Appointment(
        proposal, grant.grant_id, AppointmentAct.END, grant.person_id, grant.role, grant.unit_id, proposer_rank=rank
    )
    AppointmentStore(act.connection).add(appointment)
    return appointment


def _take_back(act: Act, grant_id: UUID, person: Person) -> Appointment:
    waiting = AppointmentStore(act.connection).latest(grant_id)
    if waiting is None or waiting.person_id != person.person_id:
        act.require(GRANT_ROLE, person.home_unit_id)
        raise AlreadyDecidedError(grant_id=grant_id)
    act.require(GRANT_ROLE, waiting.unit_id)
    waiting.proposal.refuse_unless_open(act.now)
    if waiting.proposal.proposed_by != act.actor_id:
        raise ForbiddenError
    withdrawn = waiting.withdraw(now=act.now)
    AppointmentStore(act.connection).save(withdrawn)
    return withdrawn
