"""The names of several people at once, for a page that shows who is meant: of those only whom the caller may know."""

from dataclasses import dataclass
from uuid import UUID

from services.accounts.core.store.identity_store import Identity
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.persons.usecases.photos import in_reach, photos_shown
from services.accounts.privacy.store import DisclosureStore
from services.accounts.relations.usecases.grant_acting import looked_after


@dataclass(frozen=True)
class NamedPerson:
    """What somebody is called, and whether the caller may see a photograph of them."""

    person_id: UUID
    identity: Identity
    has_photo: bool


def name_persons(store: SealedStore, context: CommandContext, person_ids: list[UUID]) -> list[NamedPerson]:
    """Return who these people are, as far as the caller may know; about all others nothing, not even that they are.

    Oneself; those at home where a role of the caller's lets them look; the other side of an order in hand, also for a
    relative to whom its recipient gave the right to see. Whoever is suspended is told their own. Every look is logged.
    """
    nameable = {context.caller_id} & set(person_ids)
    if not context.actor.is_suspended:
        nameable |= _others_known(store, context, [person_id for person_id in person_ids if person_id not in nameable])
    identities = store.identities.identities(sorted(nameable))
    store.records.log_views(
        viewer_id=context.caller_id, person_ids=sorted(identities), what="name", why="shown on a page", at=context.now
    )
    shown = photos_shown(store, context, identities)
    return [NamedPerson(person_id, identity, person_id in shown) for person_id, identity in identities.items()]


def _others_known(store: SealedStore, context: CommandContext, person_ids: list[UUID]) -> set[UUID]:
    disclosed = DisclosureStore(store.connection)
    in_hand = disclosed.open_to(viewer_id=context.caller_id, person_ids=person_ids, now=context.now)
    relatives = looked_after(store, context)
    if relatives:
        in_hand |= disclosed.helpers_of(recipient_ids=relatives, volunteer_ids=person_ids, now=context.now)
    return in_hand | in_reach(store, context, person_ids)
