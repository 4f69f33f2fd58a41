"""Record that a person died, and confirm it as a second person."""

from datetime import date
from uuid import UUID

from libs.errors import IdReusedError
from libs.programme.two_people import propose
from services.accounts.core.acts import Act
from services.accounts.core.refusals import DecisionWaitsError
from services.accounts.deaths.messages import person_died
from services.accounts.deaths.rules import Death, DeathState
from services.accounts.deaths.store import DeathStore
from services.accounts.relations.messages import acting_grant_state
from services.accounts.relations.store import RelationStore
from services.accounts.sign_in.usecases.end_sessions import end_sessions


def record_death(act: Act, *, death_id: UUID, person_id: UUID, died_on: date) -> Death:
    """Record a death; it has no effect until a checker confirms it.

    Raises:
        PersonNotFoundError, WrongPersonStateError, DateImpossibleError
        OutOfScopeError, ForbiddenError, MakerIsCheckerError, PersonNotBelowError
        DecisionWaitsError: another record waits to be decided.
        IdReusedError
    """
    person = act.store.persons.lock_person(person_id)
    act.require_witness("record_death", person)
    if DeathStore(act.connection).find(death_id) is not None:
        raise IdReusedError(death_id=death_id)
    person.die(died_on=died_on, today=act.today)
    recorded = DeathStore(act.connection).of_person(person_id)
    if any(other.state_at(act.now) is DeathState.WAITING for other in recorded):
        raise DecisionWaitsError(person_id=person_id)
    proposal = propose(proposal_id=death_id, by=act.actor_id, now=act.now, hands=frozenset({person_id}))
    death = Death(proposal, person_id, died_on)
    DeathStore(act.connection).add(death)
    return death


def decide_death(act: Act, *, death_id: UUID, ok: bool, why: str) -> Death:
    """Confirm a death as the second person, or turn it down: only then is the person dead.

    Sessions and acting grants end; the other services freeze and cancel what they hold.

    Raises:
        RecordNotFoundError, MakerIsCheckerError, PersonNotBelowError, AlreadyDecidedError, ProposalLapsedError
        OutOfScopeError, ForbiddenError: the actor may not confirm records of this person.
        WrongPersonStateError: the person is dead or erased by now.
    """
    person = act.store.persons.lock_person(DeathStore(act.connection).look(death_id).person_id)
    death = DeathStore(act.connection).death(death_id)
    if death.proposal.proposed_by != act.actor_id:
        act.require_witness("confirm_death", person)
    decided = death.decide(act.verdict(ok=ok, why=why))
    if decided.is_confirmed:
        decided = _end_life(act, decided)
    DeathStore(act.connection).save(decided)
    return decided


def _end_life(act: Act, death: Death) -> Death:
    person = act.store.persons.lock_person(death.person_id)
    deceased = person.die(died_on=death.died_on, today=act.today)
    act.store.persons.save(deceased)
    act.store.persons.record_status(deceased, why="died", by=act.actor_id, at=act.now)
    end_sessions(act.store, death.person_id, because="deceased", at=act.now)
    grants = RelationStore(act.connection).active_acting_grants(death.person_id)
    for grant in grants:
        RelationStore(act.connection).save_acting_grant(grant.end())
        act.store.append(acting_grant_state(grant.end(), now=act.now))
    act.publish(deceased)
    act.store.append(person_died(deceased, death, now=act.now))
    return death.took(person.status, tuple(grant.grant_id for grant in grants))
