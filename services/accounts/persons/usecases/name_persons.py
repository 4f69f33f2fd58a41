"""The names of several people at once, for a page that shows who is meant: of those only whom the caller may know."""

from uuid import UUID

from libs.contracts.powers import POWERS
from libs.http import Actor
from services.accounts.core.store.identity_store import Identity
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.persons.store import homes_of
from services.accounts.privacy.store import DisclosureStore


def name_persons(store: SealedStore, context: CommandContext, person_ids: list[UUID]) -> dict[UUID, Identity]:
    """Return who these people are, as far as the caller may know; about all others nothing, not even that they are.

    Oneself; those at home where a role of the caller's lets them look; the other side of an order in hand. Whoever is
    suspended is told their own. Every look is logged.
    """
    nameable = {context.caller_id} & set(person_ids)
    if not context.actor.is_suspended:
        nameable |= _others_known(store, context, [person_id for person_id in person_ids if person_id not in nameable])
    identities = store.identities.identities(sorted(nameable))
    store.records.log_views(
        viewer_id=context.caller_id, person_ids=sorted(identities), what="name", why="shown on a page", at=context.now
    )
    return identities


def _others_known(store: SealedStore, context: CommandContext, person_ids: list[UUID]) -> set[UUID]:
    disclosed = DisclosureStore(store.connection)
    in_hand = disclosed.open_to(viewer_id=context.caller_id, person_ids=person_ids, now=context.now)
    return in_hand | _in_scope(store, context.actor, person_ids)


def _in_scope(store: SealedStore, actor: Actor, person_ids: list[UUID]) -> set[UUID]:
    """Return whose home lies where the caller may look at people."""
    reached = {held.unit_id for held in actor.roles if held.role in POWERS["view_person"]}
    if not reached:
        return set()
    homes = homes_of(store.connection, person_ids)
    paths = store.units.paths(sorted(set(homes.values())))
    return {person_id for person_id, home in homes.items() if not reached.isdisjoint(paths.get(home, ()))}
