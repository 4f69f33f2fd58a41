"""Record that a person died, and confirm it as a second person."""

from datetime import date
from uuid import UUID

from libs.errors import IdReusedError
from libs.programme.refusals import RecordNotFoundError
from libs.programme.two_people import propose
from services.accounts.core.messages import tell
from services.accounts.core.refusals import DecisionWaitsError
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.authorise import require_witness
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.core.usecases.publishing import publish_person
from services.accounts.deaths.messages import person_died
from services.accounts.deaths.rules import Death, DeathState
from services.accounts.deaths.store import ABOUT, DeathStore, death_of, deaths_of, kept_death, new_death
from services.accounts.relations.messages import tell_acting_grant
from services.accounts.relations.store import RelationStore
from services.accounts.sign_in.usecases.end_sessions import end_sessions


def record_death(
    store: SealedStore, context: CommandContext, *, death_id: UUID, person_id: UUID, died_on: date
) -> Death:
    """Record a death; it has no effect until a checker confirms it.

    Raises:
        PersonNotFoundError, WrongPersonStateError, DateImpossibleError
        OutOfScopeError, ForbiddenError, MakerIsCheckerError, PersonNotBelowError
        DecisionWaitsError: another record waits to be decided.
        IdReusedError
    """
    [taken, recorded] = store.load(context.caller_id, {"about": [person_id]}, new_death(death_id), deaths_of(person_id))
    person = store.persons.lock_person(person_id)
    require_witness(store, context, "record_death", person)
    if taken:
        raise IdReusedError(death_id=death_id)
    person.die(died_on=died_on, today=context.today)
    if any(death_of(row).state_at(context.now) is DeathState.WAITING for row in recorded):
        raise DecisionWaitsError(person_id=person_id)
    proposal = propose(proposal_id=death_id, by=context.caller_id, now=context.now, hands=frozenset({person_id}))
    death = Death(proposal, person_id, died_on)
    DeathStore(store.connection).add(death)
    return death


def decide_death(store: SealedStore, context: CommandContext, *, death_id: UUID, ok: bool, why: str) -> Death:
    """Confirm a death as the second person, or turn it down: only then is the person dead.

    Sessions and acting grants end; the other services freeze and cancel what they hold.

    Raises:
        RecordNotFoundError, MakerIsCheckerError, PersonNotBelowError, AlreadyDecidedError, ProposalLapsedError
        OutOfScopeError, ForbiddenError: the actor may not confirm records of this person.
        WrongPersonStateError: the person is dead or erased by now.
    """
    [rows] = store.load(context.caller_id, {"death_id": death_id}, kept_death(death_id), about=ABOUT)
    if not rows:
        raise RecordNotFoundError(death_id=death_id)
    death = death_of(rows[0])
    person = store.persons.lock_person(death.person_id)
    if death.proposal.proposed_by != context.caller_id:
        require_witness(store, context, "confirm_death", person)
    decided = death.decide(context.verdict(ok=ok, why=why))
    if decided.is_confirmed:
        decided = _end_life(store, context, decided)
    DeathStore(store.connection).save(decided)
    return decided


def _end_life(store: SealedStore, context: CommandContext, death: Death) -> Death:
    person = store.persons.lock_person(death.person_id)
    deceased = person.die(died_on=death.died_on, today=context.today)
    store.persons.save(deceased)
    store.persons.record_status(deceased, why="died", by=context.caller_id, at=context.now)
    end_sessions(store, death.person_id, because="deceased", at=context.now)
    grants = RelationStore(store.connection).active_acting_grants(death.person_id)
    for grant in grants:
        RelationStore(store.connection).save_acting_grant(grant.end())
        tell_acting_grant(store.connection, context, grant.end())
    publish_person(store, context, deceased)
    tell(store.connection, context, person_died(deceased, death))
    return death.took(person.status, tuple(grant.grant_id for grant in grants))
