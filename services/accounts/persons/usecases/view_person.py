"""Look at somebody's personal data, which is always logged."""

from dataclasses import replace
from uuid import UUID

from libs.contracts.powers import POWERS
from libs.errors import ForbiddenError
from libs.programme.refusals import PersonNotFoundError
from libs.programme.words import PersonStatus
from services.accounts.core.rules.persons import Person
from services.accounts.core.rules.roles import RoleGrant
from services.accounts.core.store.identity_store import Identity
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.authorise import require_power
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.privacy.store import DisclosureStore

SIDES_MAX = 80
"""Far more than somebody has orders in hand."""
_INVISIBLE = (PersonStatus.SEALED, PersonStatus.ERASED)


def status_if_ended(store: SealedStore, context: CommandContext, person_id: UUID) -> PersonStatus | None:
    """Return the status of a sealed or erased person, all that staff may still see of them; None for others.

    Raises:
        OutOfScopeError, ForbiddenError
    """
    person = store.persons.find(person_id)
    if person is None or person.status not in _INVISIBLE:
        return None
    require_power(store, context, "view_person", person.home_unit_id)
    return person.status


def view_by_order(store: SealedStore, context: CommandContext, *, person_id: UUID) -> Identity | None:
    """Return who the other side of an order in hand is; None when there is no such order.

    What must be known at the door is shown to who goes there, and only to them.
    """
    disclosed = DisclosureStore(store.connection)
    if not disclosed.is_open(viewer_id=context.caller_id, person_id=person_id, now=context.now):
        return None
    context.active_actor()
    identity = store.identities.identity(person_id)
    if identity is not None:
        store.records.log_views(
            viewer_id=context.caller_id, person_ids=[person_id], what="order", why="order in hand", at=context.now
        )
        if not disclosed.serves(viewer_id=context.caller_id, person_id=person_id, now=context.now):
            return replace(identity, remarks=None)
    return identity


def view_order_sides(store: SealedStore, context: CommandContext) -> dict[UUID, Identity]:
    """Return who the other sides of all orders in hand of the caller's are; each look is logged.

    What must be known at the door is among it only of those to whom the caller goes.

    Raises:
        PersonSuspendedError
    """
    context.active_actor()
    sides = DisclosureStore(store.connection).sides_of(context.caller_id, now=context.now, limit=SIDES_MAX)
    identities = store.identities.identities(sorted(sides))
    store.records.log_views(
        viewer_id=context.caller_id, person_ids=sorted(identities), what="order", why="order in hand", at=context.now
    )
    return {
        person_id: identity if sides[person_id] else replace(identity, remarks=None)
        for person_id, identity in identities.items()
    }


def view_person(
    store: SealedStore, context: CommandContext, *, person_id: UUID, why: str
) -> tuple[Person, Identity, list[RoleGrant]]:
    """Return a person with name, numbers and address: to themselves, or to staff whose role reaches them.

    Raises:
        PersonNotFoundError: nobody has this id, or they are sealed or erased.
        OutOfScopeError, ForbiddenError
    """
    person = store.persons.find(person_id)
    if person_id != context.caller_id:
        if person is None and not any(held.role in POWERS["view_person"] for held in context.active_actor().roles):
            raise ForbiddenError
        if person is not None:
            require_power(store, context, "view_person", person.home_unit_id)
    identity = store.identities.identity(person_id)
    if person is None or person.status in _INVISIBLE or identity is None:
        raise PersonNotFoundError(person_id=person_id)
    store.records.log_views(viewer_id=context.caller_id, person_ids=[person_id], what="person", why=why, at=context.now)
    return person, identity, store.persons.roles(person_id)
