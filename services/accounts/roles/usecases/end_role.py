"""Take a role away: by one member of staff who stands above the person, at the top of the city by two."""

from uuid import UUID

from libs.errors import ForbiddenError
from libs.ids import id_from_cause
from libs.programme.refusals import AlreadyDecidedError
from libs.programme.two_people import ProposalState, propose
from libs.programme.words import PERSON_ROLES, Role
from services.accounts.core.refusals import PersonNotBelowError, TwoAdministratorsNeededError
from services.accounts.core.rules.persons import Person
from services.accounts.core.rules.roles import RoleGrant
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.authorise import is_above, may_sign_about, rank_at, require_power
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.core.usecases.publishing import publish_person
from services.accounts.roles.rules import GRANT_ROLE, Appointment, AppointmentAct
from services.accounts.roles.store import UNIT_OF, AppointmentStore
from services.accounts.roles.usecases.grant_role import power_to_give

ADMINISTRATORS_MIN = 2


def end_role(
    store: SealedStore, context: CommandContext, *, grant_id: UUID, person_id: UUID
) -> RoleGrant | Appointment:
    """Take a role away, or propose to where nobody stands above the person; or take back what one proposed oneself.

    Raises:
        PersonNotFoundError
        OutOfScopeError, ForbiddenError: the actor may not grant roles at its unit.
        PersonNotBelowError: the person does not stand below the actor.
        TwoAdministratorsNeededError: the city would be left with one administrator.
        AlreadyDecidedError: it is not held now.
    """
    store.load(context.caller_id, {"about": [person_id], "grant_id": grant_id}, units=UNIT_OF)
    person = store.persons.lock_person(person_id)
    grant = store.persons.find_grant(grant_id)
    if grant is None or grant.person_id != person_id:
        return _take_back(store, context, grant_id, person)
    require_power(store, context, power_to_give(grant.role), grant.unit_id)
    if is_above(store, context, person_id):
        end(store, context, person, grant)
        return grant
    if grant.role in PERSON_ROLES or not may_sign_about(store, context, person_id):
        raise PersonNotBelowError
    return _propose(store, context, grant)


def end(store: SealedStore, context: CommandContext, person: Person, grant: RoleGrant) -> None:
    """Save and publish that a role is held no more.

    Raises:
        TwoAdministratorsNeededError
    """
    if grant.role is Role.CITY_ADMIN:
        _refuse_last_but_one(store, grant)
    changed = person.changed()
    store.persons.end_grant(grant.grant_id, by=context.caller_id, at=context.now)
    store.persons.save(changed)
    publish_person(store, context, changed)


def _refuse_last_but_one(store: SealedStore, grant: RoleGrant) -> None:
    """Count the administrators under the city's lock: two removals at once would leave none."""
    store.units.lock(grant.unit_id)
    if store.persons.holders(Role.CITY_ADMIN) <= ADMINISTRATORS_MIN:
        raise TwoAdministratorsNeededError


def _propose(store: SealedStore, context: CommandContext, grant: RoleGrant) -> Appointment:
    waiting = AppointmentStore(store.connection).latest(grant.grant_id)
    if (
        waiting
        and waiting.act is AppointmentAct.END
        and waiting.proposal.state_at(context.now) is ProposalState.PROPOSED
    ):
        raise AlreadyDecidedError(grant_id=grant.grant_id)
    proposal_id = id_from_cause(context.cause, "end", str(grant.grant_id))
    proposal = propose(
        proposal_id=proposal_id, by=context.caller_id, now=context.now, hands=frozenset({grant.person_id})
    )
    rank = rank_at(store, context, GRANT_ROLE, grant.unit_id)
    appointment = Appointment(
        proposal, grant.grant_id, AppointmentAct.END, grant.person_id, grant.role, grant.unit_id, proposer_rank=rank
    )
    AppointmentStore(store.connection).add(appointment)
    return appointment


def _take_back(store: SealedStore, context: CommandContext, grant_id: UUID, person: Person) -> Appointment:
    waiting = AppointmentStore(store.connection).latest(grant_id)
    if waiting is None or waiting.person_id != person.person_id:
        require_power(store, context, GRANT_ROLE, person.home_unit_id)
        raise AlreadyDecidedError(grant_id=grant_id)
    require_power(store, context, GRANT_ROLE, waiting.unit_id)
    waiting.proposal.refuse_unless_open(context.now)
    if context.caller_id not in (waiting.proposal.proposed_by, waiting.keeper_id):
        raise ForbiddenError
    withdrawn = waiting.withdraw(now=context.now)
    AppointmentStore(store.connection).save(withdrawn)
    return withdrawn
