"""Suspend a person, and end a suspension."""

from uuid import UUID

from services.accounts.core.acts import Act
from services.accounts.core.rules.persons import Person
from services.accounts.persons.messages import person_reinstated, person_suspended


def suspend_person(act: Act, *, person_id: UUID, why: str) -> Person:
    """Let a person do nothing new; they may still sign in, see what is theirs, and contest it.

    Raises:
        PersonNotFoundError, WrongPersonStateError
        OutOfScopeError, ForbiddenError, MakerIsCheckerError, PersonNotBelowError
    """
    person = act.store.persons.lock_person(person_id)
    act.require_over("suspend_person", person)
    suspended = person.suspend()
    _save(act, suspended, why)
    act.store.append(person_suspended(suspended, by=act.actor_id, now=act.now))
    return suspended


def reinstate_person(act: Act, *, person_id: UUID, why: str) -> Person:
    """End a suspension.

    Raises:
        PersonNotFoundError, WrongPersonStateError
        OutOfScopeError, ForbiddenError, PersonNotBelowError
    """
    person = act.store.persons.lock_person(person_id)
    act.require_over("reinstate_person", person)
    return end_suspension(act, person, why)


def end_suspension(act: Act, person: Person, why: str) -> Person:
    """Let a suspended person be active again, for whoever may decide it.

    Raises:
        WrongPersonStateError: they are not suspended.
    """
    reinstated = person.reinstate()
    _save(act, reinstated, why)
    act.store.append(person_reinstated(reinstated, by=act.actor_id, now=act.now))
    return reinstated


def _save(act: Act, person: Person, why: str) -> None:
    act.store.persons.save(person)
    act.store.persons.record_status(person, why=why, by=act.actor_id, at=act.now)
    act.publish(person)
