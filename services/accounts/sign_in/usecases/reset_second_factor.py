"""Reset the second factor of a member of staff who lost it: one proposes, another decides, never they themselves."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from libs.errors import IdReusedError
from libs.http.lists import Page
from libs.programme.refusals import MakerIsCheckerError, RecordNotFoundError
from libs.programme.two_people import ProposalState, propose
from services.accounts.core.refusals import PersonNotBelowError
from services.accounts.core.rules.notices import Notice
from services.accounts.core.rules.persons import Person
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.authorise import may_sign_about, require_power, require_view, whose_proposals
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.sign_in.refusals import SecondFactorNotFoundError
from services.accounts.sign_in.rules import FactorAct
from services.accounts.sign_in.store.factor_store import RESETS, FactorStore, Reset, forget_factor, has_factor, reset_of
from services.accounts.sign_in.usecases.second_factor import close_and_tell

POWER = "reset_second_factor"


def propose_reset(store: SealedStore, context: CommandContext, *, reset_id: UUID, person_id: UUID) -> Reset:
    """Propose that a person's second factor ends: staff who may sign about them, once they know who asks.

    Raises:
        PersonNotFoundError, WrongPersonStateError, IdReusedError
        MakerIsCheckerError: it is their own.
        OutOfScopeError, ForbiddenError, PersonNotBelowError
        SecondFactorNotFoundError: the person has none.
    """
    person = store.persons.lock_person(person_id)
    _require_signature(store, context, person)
    person.refuse_unless_living()
    if FactorStore(store).lock_reset(reset_id) is not None:
        raise IdReusedError(proposal_id=reset_id)
    if not has_factor(store.connection, person_id):
        raise SecondFactorNotFoundError
    proposal = propose(proposal_id=reset_id, by=context.caller_id, now=context.now, hands=frozenset({person_id}))
    made = Reset(proposal, person_id)
    FactorStore(store).add_reset(made)
    return made


def decide_reset(
    store: SealedStore,
    context: CommandContext,
    *,
    reset_id: UUID,
    person_id: UUID,
    ok: bool,
    why: str,
    at: datetime,
) -> tuple[Reset, list[Notice]]:
    """Say yes or no as the second person; with a yes it is gone, every session ends, and the person is told.

    Raises:
        RecordNotFoundError, MakerIsCheckerError, AlreadyDecidedError, ProposalLapsedError
        OutOfScopeError, ForbiddenError, PersonNotBelowError
        WrongPersonStateError
    """
    person = store.persons.lock_person(person_id)
    _require_signature(store, context, person)
    waiting = FactorStore(store).lock_reset(reset_id)
    if waiting is None or waiting.person_id != person_id:
        raise RecordNotFoundError(proposal_id=reset_id)
    decided = replace(waiting, proposal=waiting.proposal.decide(context.verdict(ok=ok, why=why)))
    FactorStore(store).save_reset(decided)
    if decided.proposal.state is not ProposalState.ACCEPTED:
        return decided, []
    person.refuse_unless_living()
    forget_factor(store.connection, person_id)
    return decided, close_and_tell(store, context, person_id, FactorAct.RESET, now=at)


def list_resets(
    store: SealedStore, context: CommandContext, *, person_id: UUID, query: Mapping[str, Any]
) -> Page[Reset]:
    """Return the resets proposed for a person: to them, to staff over them, to whoever proposed it.

    Raises:
        PersonNotFoundError, OutOfScopeError, ForbiddenError
    """
    by = whose_proposals(store, context, person_id)
    page = RESETS.page(store.connection, query, person=person_id, by=by)
    if by is not None and not page.rows:
        require_view(store, context, person_id)
    return page.map(reset_of)


def _require_signature(store: SealedStore, context: CommandContext, person: Person) -> None:
    if person.person_id == context.caller_id:
        raise MakerIsCheckerError
    require_power(store, context, POWER, person.home_unit_id)
    if not may_sign_about(store, context, person.person_id):
        raise PersonNotBelowError
