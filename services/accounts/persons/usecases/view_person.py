"""Look at somebody's personal data, which is always logged."""

from uuid import UUID

from libs.contracts.powers import POWERS
from libs.errors import ForbiddenError
from libs.programme.refusals import PersonNotFoundError
from libs.programme.words import PersonStatus
from services.accounts.core.acts import Act
from services.accounts.core.rules.persons import Person
from services.accounts.core.rules.roles import RoleGrant
from services.accounts.core.store.identity_store import Identity
from services.accounts.privacy.store import DisclosureStore

_INVISIBLE = (PersonStatus.SEALED, PersonStatus.ERASED)


def status_if_ended(act: Act, person_id: UUID) -> PersonStatus | None:
    """Return the status of a sealed or erased person, all that staff may still see of them; None for others.

    Raises:
        OutOfScopeError, ForbiddenError
    """
    person = act.store.persons.find(person_id)
    if person is None or person.status not in _INVISIBLE:
        return None
    act.require("view_person", person.home_unit_id)
    return person.status


def view_by_order(act: Act, *, person_id: UUID) -> Identity | None:
    """Return who the other side of an order in hand is; None when there is no such order."""
    if not DisclosureStore(act.connection).is_open(viewer_id=act.actor_id, person_id=person_id, now=act.now):
        return None
    act.actor()
    identity = act.store.identities.identity(person_id)
    if identity is not None:
        act.store.records.log_views(
            viewer_id=act.actor_id, person_ids=[person_id], what="order", why="order in hand", at=act.now
        )
    return identity


def view_person(act: Act, *, person_id: UUID, why: str) -> tuple[Person, Identity, list[RoleGrant]]:
    """Return a person with name, numbers and address: to themselves, or to staff whose role reaches them.

    Raises:
        PersonNotFoundError: nobody has this id, or they are sealed or erased.
        OutOfScopeError, ForbiddenError
    """
    person = act.store.persons.find(person_id)
    if person_id != act.actor_id:
        if person is None and not any(held.role in POWERS["view_person"] for held in act.actor().roles):
            raise ForbiddenError
        if person is not None:
            act.require("view_person", person.home_unit_id)
    identity = act.store.identities.identity(person_id)
    if person is None or person.status in _INVISIBLE or identity is None:
        raise PersonNotFoundError(person_id=person_id)
    act.store.records.log_views(viewer_id=act.actor_id, person_ids=[person_id], what="person", why=why, at=act.now)
    return person, identity, act.store.persons.roles(person_id)
