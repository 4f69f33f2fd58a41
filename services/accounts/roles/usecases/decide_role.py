"""Decide, as the second person, what another proposed about somebody's staff role."""

from uuid import UUID

from libs.programme.refusals import AlreadyDecidedError, RecordNotFoundError
from libs.programme.words import PersonStatus
from services.accounts.core.refusals import PersonNotBelowError
from services.accounts.core.rules.persons import Person
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.authorise import may_sign_about, rank_at, require_above, require_power
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.roles.rules import GRANT_ROLE, Appointment, AppointmentAct
from services.accounts.roles.store import FIRST_OF, UNIT_OF, AppointmentStore, appointment_of, latest_about
from services.accounts.roles.usecases.end_role import end
from services.accounts.roles.usecases.grant_role import give, refuse_ungrantable


def decide_role(
    store: SealedStore, context: CommandContext, *, person_id: UUID, grant_id: UUID, ok: bool, why: str
) -> Appointment:
    """Say yes or no; with a yes the role is held, or held no more, from now on.

    Raises:
        RecordNotFoundError: nothing was proposed about this grant.
        MakerIsCheckerError: the actor proposed it, or is whom it is about.
        OutOfScopeError, ForbiddenError: the actor may not grant roles at the unit.
        PersonNotBelowError: the person does not stand below the actor.
        SecondTooLowError: the actor is of a lower level than who proposed it.
        AlreadyDecidedError, ProposalLapsedError
        WrongPersonStateError, RoleUnitMismatchError, RoleConflictError: it could be held no more.
        TwoAdministratorsNeededError
    """
    terms = {"about": [person_id], "grant_id": grant_id}
    [rows] = store.load(context.caller_id, terms, latest_about(grant_id), also=FIRST_OF, units=UNIT_OF)
    person = store.persons.lock_person(person_id)
    waiting = appointment_of(rows[0]) if rows else None
    if waiting is None or waiting.person_id != person_id:
        raise RecordNotFoundError(grant_id=grant_id)
    if context.caller_id not in (waiting.proposal.proposed_by, waiting.keeper_id, person_id):
        _require_second(store, context, waiting)
    decided = waiting.decide(
        context.verdict(ok=ok, why=why),
        rank=rank_at(store, context, GRANT_ROLE, waiting.unit_id),
        proposer_rank_now=_rank_now(store, context, waiting),
    )
    AppointmentStore(store.connection).save(decided)
    if decided.is_accepted:
        _carry_out(store, context, person, decided)
    return decided


def _require_second(store: SealedStore, context: CommandContext, waiting: Appointment) -> None:
    require_power(store, context, GRANT_ROLE, waiting.unit_id)
    if waiting.act is AppointmentAct.GIVE:
        require_above(store, context, waiting.person_id)
    elif not may_sign_about(store, context, waiting.person_id):
        raise PersonNotBelowError


def _rank_now(store: SealedStore, context: CommandContext, waiting: Appointment) -> int:
    """Return the rank by which the first, or who took over from them, could propose it now; 0: active no more."""
    first = waiting.keeper_id
    person = store.persons.find(first)
    is_active = person is not None and person.status is PersonStatus.ACTIVE
    return rank_at(store, context, GRANT_ROLE, waiting.unit_id, of=first) if is_active else 0


def _carry_out(store: SealedStore, context: CommandContext, person: Person, decided: Appointment) -> None:
    if decided.act is AppointmentAct.GIVE:
        refuse_ungrantable(store, person, decided.role, decided.unit_id)
        give(store, context, person, decided.role_grant())
        return
    grant = store.persons.find_grant(decided.grant_id)
    if grant is None:
        raise AlreadyDecidedError(grant_id=decided.grant_id)
    end(store, context, person, grant)
