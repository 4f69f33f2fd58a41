"""End the use of a person's data: ask the others, hear their answers, seal or erase."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from uuid import UUID

from libs.clock import local_date, local_midnight
from libs.db import Connection
from libs.events import Cause
from libs.ids import id_from_cause
from libs.programme.policy import typed
from libs.programme.refusals import AlreadyDecidedError
from libs.programme.words import PersonStatus
from services.accounts.core.messages import OnceCause, tell, tell_person
from services.accounts.core.refusals import DecisionWaitsError, WrongPersonStateError
from services.accounts.core.rules.persons import ErasureState, Person
from services.accounts.core.store.person_store import PersonStore
from services.accounts.core.store.store import SealedStore, Store
from services.accounts.core.usecases.authorise import lock_below
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.deaths.store import DeathStore
from services.accounts.erasure.messages import PersonErased, erasure_requested
from services.accounts.erasure.rules import Erasure, end_use, kept_until
from services.accounts.erasure.store import ErasureStore
from services.accounts.groups.usecases import forget_in_groups
from services.accounts.notices.store import forget_notices_of
from services.accounts.policies.store import PolicyStore
from services.accounts.relations.messages import tell_acting_grant, tell_relation
from services.accounts.relations.store import RelationStore
from services.accounts.sign_in.store.factor_store import forget_factor
from services.accounts.sign_in.usecases.device_keys import forget_devices
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
    erasure = Erasure(
        id_from_cause(context.cause, "erasure"), person_id, credit_to_pool, context.caller_id, context.now
    )
    ErasureStore(store.connection).add(erasure)
    tell(store.connection, context, erasure_requested(erasure, person))
    return erasure


def hear_erasure_answer(
    store: Store, context: Cause, *, erasure_id: UUID, service: str, code: str, last_service_on: date | None
) -> None:
    """Take one service's answer; with the last one, seal or erase the person, or decline."""
    erasure = ErasureStore(store.connection).lock(erasure_id)
    if erasure is None or erasure.state is not ErasureState.PENDING:
        return
    heard = erasure.hear(service, code, last_service_on)
    ErasureStore(store.connection).save(heard)
    if heard.state is ErasureState.DONE:
        person = store.persons.lock_person(heard.person_id)
        years, today = _years_kept(store, person, context.now), local_date(context.now)
        end = kept_until(heard.last_service_on, years=years, today=today)
        _end(store, context, person, PersonStatus.SEALED if end else PersonStatus.ERASED, erase_on=end, erasure=heard)


def next_key_destruction(connection: Connection) -> datetime | None:
    """Return when the duty to keep a sealed person's records ends next."""
    day = PersonStore(connection).first_erasure_day()
    return local_midnight(day) if day else None


def destroy_due_keys(connection: Connection, now: datetime) -> int:
    """Erase the sealed whose records need no longer be kept, up to a bound; return how many."""
    persons, erasures = PersonStore(connection), ErasureStore(connection)
    due = persons.to_erase(local_date(now), limit=ERASED_PER_RUN_MAX)
    for person in due:
        erased = end_use(person, PersonStatus.ERASED)
        _erase(persons, erasures, erased)
        tell_person(connection, OnceCause(person.person_id, "erased", now), erased, [], is_end=True)
    return len(due)


def ended_persons(connection: Connection) -> list[dict[str, str]]:
    """Return whose data have ended and how, for whoever must end them again after an older copy was restored."""
    return [
        {"person_id": str(person_id), "status": status, "erase_on": erase_on.isoformat() if erase_on else ""}
        for person_id, status, erase_on in PersonStore(connection).ended(_ENDED)
    ]


def end_again(connection: Connection, ended: Iterable[Mapping[str, str]], now: datetime) -> int:
    """End the use of the data of those who are not as far as they were; return how many these are.

    A restored copy knows nothing of what was ended after it was made. Who is not in it at all needs nothing.
    """
    store, done = Store(connection), 0
    for one in ended:
        person_id, status = UUID(one["person_id"]), PersonStatus(one["status"])
        person = store.persons.find(person_id)
        if person is None or person.status in (status, PersonStatus.ERASED):
            continue
        person = store.persons.lock_person(person_id)
        context = OnceCause(person_id, f"{status} again", now)
        again = Erasure(context.cause, person_id, False, person_id, now)  # Asked for by nobody else than before.
        erase_on = date.fromisoformat(one["erase_on"]) if one["erase_on"] else None
        _end(store, context, person, status, erase_on=erase_on, erasure=again)
        done += 1
    return done


def _end(
    store: Store, context: Cause, person: Person, status: PersonStatus, *, erase_on: date | None, erasure: Erasure
) -> None:
    person_id, now = person.person_id, context.now
    end_sessions(store, person_id, because=status, at=now)
    forget_devices(store, person_id, now=now)
    forget_factor(store.connection, person_id)
    forget_notices_of(store.connection, person_id)
    ErasureStore(store.connection).forget_ways_in(person_id)
    store.persons.end_grants_of(person_id, by=erasure.requested_by, at=now)
    _end_records(store, context, person_id)
    ended = end_use(person, status)
    store.persons.record_status(ended, why="erasure", by=erasure.requested_by, at=now)
    tell(store.connection, context, PersonErased(erasure.erasure_id, person_id, status))
    if status is PersonStatus.ERASED:
        _erase(store.persons, ErasureStore(store.connection), ended)
        tell_person(store.connection, context, ended, [], is_end=True)
    else:
        store.persons.save(ended, at_once=True)
        _forget(ErasureStore(store.connection), person_id)
        store.persons.keep_until(person_id, erase_on)
        tell_person(store.connection, context, ended, [])


def _end_records(store: Store, context: Cause, person_id: UUID) -> None:
    for relation in RelationStore(store.connection).relations_of(person_id):
        RelationStore(store.connection).save_relation(relation.end())
        tell_relation(store.connection, context, relation.end())
    for grant in RelationStore(store.connection).active_acting_grants(person_id):
        RelationStore(store.connection).save_acting_grant(grant.end())
        tell_acting_grant(store.connection, context, grant.end())
    forget_in_groups(store, context, person_id)


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
