"""Find a death mistaken: proposed by one, decided by another, done when the ledger has given the wallets back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from libs.errors import IdReusedError
from libs.events import Cause
from libs.programme.refusals import EstateSettledError, RecordNotFoundError
from libs.programme.two_people import propose
from libs.programme.words import PersonStatus
from services.accounts.core.messages import tell, tell_person
from services.accounts.core.refusals import DecisionWaitsError, WrongPersonStateError
from services.accounts.core.rules.persons import Person
from services.accounts.core.store.facts import Ask
from services.accounts.core.store.store import SealedStore, Store
from services.accounts.core.usecases.authorise import require_witness
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.deaths.messages import death_mistake_found, person_death_mistaken
from services.accounts.deaths.rules import Death, DeathMistake
from services.accounts.deaths.store import (
    ABOUT,
    DeathStore,
    death_of,
    kept_death,
    kept_mistake,
    mistake_of,
    new_mistake,
)
from services.accounts.relations.messages import tell_acting_grant
from services.accounts.relations.store import RelationStore


def propose_mistake(
    store: SealedStore, context: CommandContext, *, death_id: UUID, mistake_id: UUID, why: str
) -> DeathMistake:
    """Propose that a death was recorded by mistake.

    Raises:
        RecordNotFoundError
        OutOfScopeError, ForbiddenError, MakerIsCheckerError, PersonNotBelowError
        WrongPersonStateError: the death was never confirmed.
        EstateSettledError: what the person left has gone to the heirs or the pool.
        IdReusedError
    """
    death, person, taken = _locked(store, context, death_id, new_mistake(mistake_id))
    require_witness(store, context, "propose_death_mistake", person)
    if taken:
        raise IdReusedError(mistake_id=mistake_id)
    death.refuse_unless_correctable()
    hands = frozenset({person.person_id})
    proposal = propose(proposal_id=mistake_id, by=context.caller_id, now=context.now, hands=hands)
    mistake = DeathMistake(proposal, death_id, person.person_id, why)
    DeathStore(store.connection).add_mistake(mistake)
    return mistake


def decide_mistake(
    store: SealedStore, context: CommandContext, *, death_id: UUID, mistake_id: UUID, ok: bool, why: str
) -> DeathMistake:
    """Decide as the second person: the ledger is asked to give the wallets back, or nothing changes.

    Raises:
        RecordNotFoundError, MakerIsCheckerError, PersonNotBelowError, AlreadyDecidedError, ProposalLapsedError
        OutOfScopeError, ForbiddenError: the actor may not decide about this person.
        WrongPersonStateError, EstateSettledError: as when it was proposed.
        DecisionWaitsError: the ledger, or the end of the use of the person's data, is asked for already.
    """
    death, person, rows = _locked(store, context, death_id, kept_mistake(mistake_id))
    mistake = mistake_of(rows[0]) if rows else None
    if mistake is None or mistake.death_id != death_id:
        raise RecordNotFoundError(mistake_id=mistake_id)
    if mistake.proposal.proposed_by != context.caller_id:
        require_witness(store, context, "decide_death_mistake", person)
    decided = mistake.decide(context.verdict(ok=ok, why=why))
    if decided.waits_for_ledger:
        death.refuse_unless_correctable()
        is_asked = DeathStore(store.connection).waits_for_wallets(person.person_id)
        if is_asked or store.persons.is_erasure_pending(person.person_id):
            raise DecisionWaitsError(person_id=person.person_id)
        tell(store.connection, context, death_mistake_found(decided, person))
    DeathStore(store.connection).save_mistake(decided)
    return decided


def hear_wallets_answer(store: Store, context: Cause, *, mistake_id: UUID, code: str) -> None:
    """Take the ledger's answer: give the person back what death took, or say why not.

    Everybody with whom the person had a grant is locked, in the one order: nobody makes new ones with the dead.
    """
    person_id = DeathStore(store.connection).person_of_mistake(mistake_id)
    if person_id is None:
        return
    persons = store.persons.lock_persons(RelationStore(store.connection).sides_of_grants(person_id))
    asked = DeathStore(store.connection).find_mistake(mistake_id)
    if asked is None or not asked.waits_for_ledger:
        return
    answered = asked.answered(code)
    DeathStore(store.connection).save_mistake(answered)
    if code == EstateSettledError.code:
        DeathStore(store.connection).settle_estate(asked.person_id, at=context.now)
    if answered.is_done and persons[person_id].status is PersonStatus.DECEASED:
        _revive(store, context, DeathStore(store.connection).death(asked.death_id), answered, persons)


def _revive(store: Store, context: Cause, death: Death, mistake: DeathMistake, persons: Mapping[UUID, Person]) -> None:
    assert death.status_before is not None, "a confirmed death keeps what the person was"
    decided_by = mistake.proposal.decided_by
    assert decided_by is not None
    alive = persons[death.person_id].found_alive(death.status_before)
    store.persons.save(alive)
    store.persons.record_status(alive, why=mistake.why, by=decided_by, at=context.now)
    DeathStore(store.connection).save(death.found_mistaken())
    _give_grants_back(store, context, death, persons)
    tell_person(store.connection, context, alive, store.persons.roles(alive.person_id))
    tell(store.connection, context, person_death_mistaken(alive, mistake))


def _give_grants_back(store: Store, context: Cause, death: Death, persons: Mapping[UUID, Person]) -> None:
    """Resume the grants that this death ended and that could be given today: both live and are related.

    The locks of both are held: nobody dies or leaves meanwhile. What the other's death still keeps ended is left
    to that one: it gives it back when it is found mistaken too.
    """
    for grant_id in death.ended_grants:
        grant = RelationStore(store.connection).find_acting_grant(grant_id)
        assert grant is not None
        other_id = grant.relative_id if grant.person_id == death.person_id else grant.person_id
        if grant.is_active or _left_to_other_death(store, other_id, grant_id):
            continue
        if persons[other_id].may_sign_in and RelationStore(store.connection).relations_between(
            grant.person_id, grant.relative_id
        ):
            RelationStore(store.connection).save_acting_grant(grant.resume())
            tell_acting_grant(store.connection, context, grant.resume())


def _left_to_other_death(store: Store, person_id: UUID, grant_id: UUID) -> bool:
    """Add a grant to what somebody's death ended, if they are dead; asked with its lock, for it may end just now."""
    deaths = DeathStore(store.connection)
    for other in deaths.of_person(person_id):
        locked = deaths.death(other.death_id)
        if locked.is_confirmed:
            deaths.save(locked.took_too(grant_id))
            return True
    return False


def _locked(
    store: SealedStore, context: CommandContext, death_id: UUID, mistake: Ask
) -> tuple[Death, Person, list[Any]]:
    """Return a death, whom it is about, and what is asked of a mistake; the person's lock comes first."""
    [rows, mistakes] = store.load(context.caller_id, {"death_id": death_id}, kept_death(death_id), mistake, about=ABOUT)
    if not rows:
        raise RecordNotFoundError(death_id=death_id)
    death = death_of(rows[0])
    person = store.persons.lock_person(death.person_id)
    if person.status is not PersonStatus.DECEASED and death.is_confirmed:
        raise WrongPersonStateError(state=person.status)
    return death, person, mistakes
