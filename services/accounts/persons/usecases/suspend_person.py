"""Suspend a person, and end a suspension."""

from uuid import UUID

from services.accounts.core.messages import tell
from services.accounts.core.rules.persons import Person
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.authorise import lock_below
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.core.usecases.publishing import publish_person
from services.accounts.persons.messages import PersonReinstated, PersonSuspended


def suspend_person(store: SealedStore, context: CommandContext, *, person_id: UUID, why: str) -> Person:
    """Let a person do nothing new; they may still sign in, see what is theirs, and contest it.

    Raises:
        PersonNotFoundError, WrongPersonStateError
        OutOfScopeError, ForbiddenError, MakerIsCheckerError, PersonNotBelowError
    """
    person = lock_below(store, context, "suspend_person", person_id)
    suspended = person.suspend()
    _save(store, context, suspended, why)
    tell(store.connection, context, PersonSuspended(person_id, context.caller_id))
    return suspended


def reinstate_person(store: SealedStore, context: CommandContext, *, person_id: UUID, why: str) -> Person:
    """End a suspension.

    Raises:
        PersonNotFoundError, WrongPersonStateError
        OutOfScopeError, ForbiddenError, PersonNotBelowError
    """
    person = lock_below(store, context, "reinstate_person", person_id)
    return end_suspension(store, context, person, why)


def end_suspension(store: SealedStore, context: CommandContext, person: Person, why: str) -> Person:
    """Let a suspended person be active again, for whoever may decide it.

    Raises:
        WrongPersonStateError: they are not suspended.
    """
    reinstated = person.reinstate()
    _save(store, context, reinstated, why)
    tell(store.connection, context, PersonReinstated(person.person_id, context.caller_id))
    return reinstated


def _save(store: SealedStore, context: CommandContext, person: Person, why: str) -> None:
    store.persons.save(person)
    store.persons.record_status(person, why=why, by=context.caller_id, at=context.now)
    publish_person(store, context, person)
