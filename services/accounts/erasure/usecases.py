"""End the use of a person's data: ask the others, hear their answers, seal or erase."""

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID

from libs.clock import local_date, local_midnight
from libs.ids import new_id
from libs.outbox import OutgoingEvent
from libs.programme.policy import typed
from libs.programme.refusals import AlreadyDecidedError
from libs.programme.words import PersonStatus
from services.accounts.core.messages import person_state, person_tombstone
from services.accounts.core.refusals import DecisionWaitsError, WrongPersonStateError
from services.accounts.core.rules.persons import ErasureState, Person
from services.accounts.core.store.person_store import PersonStore
from services.accounts.core.store.store import SealedStore, Store
from services.accounts.core.usecases.authorise import lock_below
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.deaths.store import DeathStore
from services.accounts.erasure.messages import erasure_requested, person_erased
from services.accounts.erasure.rules import Erasure, end_use, kept_until
from services.accounts.erasure.store import ErasureStore
from services.accounts.groups.usecases import forget_in_groups
from services.accounts.policies.store import PolicyStore
from services.accounts.relations.messages import acting_grant_state, relation_states
from services.accounts.relations.store import RelationStore
from services.accounts.sign_in.usecases.end_sessions import end_sessions

ERASED_PER_RUN_MAX = 100
_ENDED = (PersonStatus.SEALED, PersonStatus.ERASED)


def request_erasure(store: SealedStore, context: CommandContext, *, person_id: UUID, credit_to_pool: bool) -> Erasure:
    """Ask orders, ledger and redemption whether anything stands against it.

    Raises:
        PersonNotFoundError
        OutOfScopeError, ForbiddenError, MakerIsCheckerError, PersonNotBelowError
        WrongPersonStateError: the person is sealed or erased already.
        AlreadyDecidedError: an earlier request still waits for its answers.
        DecisionWaitsError: the person's death may be found mistaken.
    """
    person = lock_below(store, context, "erase_person", person_id)
    if person.status in _ENDED:
        raise WrongPersonStateError(state=person.status)
    if store.persons.is_erasure_pending(person_id):
        raise AlreadyDecidedError(person_id=person_id)
    if DeathStore(store.connection).waits_for_wallets(person_id):
        raise DecisionWaitsError(person_id=person_id)
    erasure = Erasure(new_id(), person_id, credit_to_pool, context.caller_id, context.now)
    ErasureStore(store.connection).add(erasure)
    store.append(erasure_requested(erasure, person, now=context.now))
    return erasure


def hear_erasure_answer(
    store: Store, *, erasure_id: UUID, service: str, code: str, last_service_on: date | None, now: datetime
) -> None:
    """Take one service's answer; with the last one, seal or erase the person, or decline."""
    erasure = ErasureStore(store.connection).lock(erasure_id)
    if erasure is None or erasure.state is not ErasureState.PENDING:
        return
    heard = erasure.hear(service, code, last_service_on)
    ErasureStore(store.connection).save(heard)
    if heard.state is ErasureState.DONE:
        person = store.persons.lock_person(heard.person_id)
        end = kept_until(heard.last_service_on, years=_years_kept(store, person, now), today=local_date(now))
        _end(store, person, PersonStatus.SEALED if end else PersonStatus.ERASED, erase_on=end, erasure=heard, now=now)


def next_key_destruction(persons: PersonStore) -> datetime | None:
    """Return when the duty to keep a sealed person's records ends next."""
    day = persons.first_erasure_day()
    return local_midnight(day) if day else None


def destroy_due_keys(
    persons: PersonStore, erasures: ErasureStore, *, append: Callable[[OutgoingEvent], None], now: datetime
) -> int:
    """Erase the sealed whose records need no longer be kept, up to a bound; return how many."""
    due = persons.to_erase(local_date(now), limit=ERASED_PER_RUN_MAX)
    for person in due:
        _erase(persons, erasures, end_use(person, PersonStatus.ERASED))
        append(person_tombstone(end_use(person, PersonStatus.ERASED), now=now))
    return len(due)


def _end(
    store: Store, person: Person, status: PersonStatus, *, erase_on: date | None, erasure: Erasure, now: datetime
) -> None:
    person_id = person.person_id
    end_sessions(store, person_id, because=status, at=now)
    ErasureStore(store.connection).forget_ways_in(person_id)
    store.persons.end_grants_of(person_id, by=erasure.requested_by, at=now)
    _end_records(store, person_id, now)
    ended = end_use(person, status)
    store.persons.record_status(ended, why="erasure", by=erasure.requested_by, at=now)
    store.append(person_erased(ended, erasure_id=erasure.erasure_id, now=now))
    if status is PersonStatus.ERASED:
        _erase(store.persons, ErasureStore(store.connection), ended)
        store.append(person_tombstone(ended, now=now))
    else:
        store.persons.save(ended, at_once=True)
        _forget(ErasureStore(store.connection), person_id)
        store.persons.keep_until(person_id, erase_on)
        store.append(person_state(ended, [], now=now))


def _end_records(store: Store, person_id: UUID, now: datetime) -> None:
    for relation in RelationStore(store.connection).relations_of(person_id):
        RelationStore(store.connection).save_relation(relation.end())
        store.append(*relation_states(relation.end(), now=now))
    for grant in RelationStore(store.connection).active_acting_grants(person_id):
        RelationStore(store.connection).save_acting_grant(grant.end())
        store.append(acting_grant_state(grant.end(), now=now))
    forget_in_groups(store, person_id, now=now)


def _erase(persons: PersonStore, erasures: ErasureStore, erased: Person) -> None:
    """Destroy the key, and with it every copy of the person's fields; the number stays, for the books."""
    erasures.destroy(erased.person_id)
    persons.save(erased, at_once=True)
    _forget(erasures, erased.person_id)
    persons.keep_until(erased.person_id, None)


def _forget(erasures: ErasureStore, person_id: UUID) -> None:
    """Blank what was said about a person and what commands about them answered; that it was done stays known."""
    erasures.forget_words(person_id)
    erasures.forget_what_was_kept(person_id)


def _years_kept(store: Store, person: Person, now: datetime) -> int:
    published = (
        PolicyStore(store.connection).in_force(person.district_id, local_date(now)) if person.district_id else None
    )
    policy = typed(published.parameters if published else {})
    return policy.retention.service_records_years
