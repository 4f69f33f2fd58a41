"""Change the number that opens the account of a member of staff: proposed by one, decided by another."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from libs.errors import IdReusedError
from libs.http.lists import Page
from libs.programme.refusals import PersonNotFoundError, RecordNotFoundError
from libs.programme.two_people import ProposalState, propose
from libs.programme.words import PersonStatus
from services.accounts.core.refusals import PersonNotBelowError
from services.accounts.core.rules.identity import canonical_phone
from services.accounts.core.rules.notices import Notice
from services.accounts.core.rules.persons import Person
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.authorise import may_sign_about, require_power, require_view, whose_proposals
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.numbers.store import PROPOSALS, NumberProposal, NumberStore
from services.accounts.numbers.usecases.change_number import change_number

REGISTER = "register_person"


def propose_number(
    store: SealedStore, context: CommandContext, *, proposal_id: UUID, person_id: UUID, number: str
) -> NumberProposal:
    """Propose another number: the person themselves, or staff who may sign about them.

    Raises:
        PersonNotFoundError, WrongPersonStateError, PhoneNumberInvalidError, IdReusedError
        OutOfScopeError, ForbiddenError, PersonNotBelowError
    """
    person = store.persons.lock_person(person_id)
    if person_id == context.caller_id:
        context.active_actor()
    else:
        _require_signature(store, context, person)
    person.refuse_unless_living()
    if NumberStore(store).find_proposal(proposal_id) is not None:
        raise IdReusedError(proposal_id=proposal_id)
    canonical_phone(number)
    proposal = propose(proposal_id=proposal_id, by=context.caller_id, now=context.now, hands=frozenset({person_id}))
    made = NumberProposal(proposal, person_id, number)
    NumberStore(store).add_proposal(made)
    return made


def decide_number(
    store: SealedStore,
    context: CommandContext,
    *,
    proposal_id: UUID,
    person_id: UUID,
    ok: bool,
    why: str,
    at: datetime,
    digest: Callable[[str, str], bytes],
) -> tuple[NumberProposal, list[Notice]]:
    """Say yes or no as the second person; with a yes it is changed as anybody's number is, and told.

    Raises:
        RecordNotFoundError, MakerIsCheckerError, AlreadyDecidedError, ProposalLapsedError
        OutOfScopeError, ForbiddenError, PersonNotBelowError
        WrongPersonStateError, PhoneNumberTakenError, TooManyChangesError
    """
    person = store.persons.lock_person(person_id)
    waiting = NumberStore(store).find_proposal(proposal_id)
    if waiting is None or waiting.person_id != person_id:
        raise RecordNotFoundError(proposal_id=proposal_id)
    if context.caller_id not in (waiting.proposal.proposed_by, person_id):
        _require_signature(store, context, person)
    decided = replace(waiting, proposal=waiting.proposal.decide(context.verdict(ok=ok, why=why)))
    NumberStore(store).save_proposal(decided)
    if decided.proposal.state is not ProposalState.ACCEPTED:
        return decided, []
    person.refuse_unless_living()
    notices = change_number(store, context, person_id=person_id, number=waiting.phone_number, at=at, digest=digest)
    return decided, notices


def list_proposals(
    store: SealedStore, context: CommandContext, *, person_id: UUID, query: Mapping[str, Any]
) -> Page[NumberProposal]:
    """Return the numbers proposed for a person, with the second person's word: to them, to staff over them, the maker.

    Raises:
        PersonNotFoundError: there is nobody, or they are erased and with them their key.
        OutOfScopeError, ForbiddenError: none of these.
    """
    by = whose_proposals(store, context, person_id)
    page = PROPOSALS.page(store.connection, query, person=person_id, by=by)
    if by is not None and not page.rows:
        require_view(store, context, person_id)
    if store.persons.person(person_id).status is PersonStatus.ERASED:
        raise PersonNotFoundError(person_id=person_id)
    return page.map(NumberStore(store).proposal_of)


def _require_signature(store: SealedStore, context: CommandContext, person: Person) -> None:
    require_power(store, context, REGISTER, person.home_unit_id)
    if not may_sign_about(store, context, person.person_id):
        raise PersonNotBelowError
