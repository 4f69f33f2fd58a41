"""A volunteer's photograph, by which she is known at the door: she sends it, and those see it to whom she comes."""

from base64 import b64decode, b64encode
from collections.abc import Collection
from uuid import UUID

from libs.contracts.powers import POWERS
from libs.errors import ForbiddenError
from libs.programme.words import Role
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.persons.refusals import PhotoNotFoundError
from services.accounts.persons.store import PhotoStore, homes_of
from services.accounts.privacy.store import DisclosureStore
from services.accounts.relations.usecases.grant_acting import looked_after

JPEG = "jpeg"


def require_volunteer(context: CommandContext) -> None:
    """Refuse unless who acts is a volunteer: nobody else's face is kept.

    Raises:
        PersonSuspendedError, ForbiddenError
    """
    if not any(held.role == Role.VOLUNTEER for held in context.active_actor().roles):
        raise ForbiddenError


def keep_photo(store: SealedStore, context: CommandContext, jpeg: bytes) -> None:
    """Keep the caller's photograph, sealed with her own key, instead of an earlier one.

    Raises:
        PersonSuspendedError, ForbiddenError
    """
    require_volunteer(context)
    person = store.persons.lock_person(context.caller_id)
    sealed = store.identities.seal(person.person_id, {JPEG: b64encode(jpeg).decode()})
    PhotoStore(store.connection).keep(person.person_id, sealed)


def forget_photo(store: SealedStore, context: CommandContext) -> None:
    """Forget the caller's photograph; suspended or not, it is hers."""
    PhotoStore(store.connection).forget(context.caller_id)


def look_at_photo(store: SealedStore, context: CommandContext, person_id: UUID) -> bytes:
    """Return somebody's photograph; whether there is none or the caller may not see it is answered alike.

    Raises:
        PersonSuspendedError: who looks is suspended, and it is not their own.
        PhotoNotFoundError
    """
    if person_id != context.caller_id:
        context.active_actor()
    if person_id not in photos_shown(store, context, [person_id]):
        raise PhotoNotFoundError(person_id=person_id)
    store.records.log_views(
        viewer_id=context.caller_id, person_ids=[person_id], what="photo", why="order in hand", at=context.now
    )
    sealed = PhotoStore(store.connection).sealed(person_id)
    return b64decode(str(store.identities.unseal(person_id, sealed)[JPEG]))


def photos_shown(store: SealedStore, context: CommandContext, person_ids: Collection[UUID]) -> set[UUID]:
    """Return whose photographs the caller may see: her own, and those of who has an order in hand.

    That is for the recipient, for a relative to whom she gave the right to see, and for staff where she is at home.
    """
    kept = PhotoStore(store.connection).kept_of(person_ids)
    own = kept & {context.caller_id}
    others = kept - own
    if not others or context.actor.is_suspended:
        return own
    helped = DisclosureStore(store.connection).helped_by(volunteer_ids=others, now=context.now)
    concerned = {context.caller_id} | looked_after(store, context)
    concerned |= in_reach(store, context, {person_id for recipients in helped.values() for person_id in recipients})
    return own | {volunteer_id for volunteer_id, recipients in helped.items() if recipients & concerned}


def in_reach(store: SealedStore, context: CommandContext, person_ids: Collection[UUID]) -> set[UUID]:
    """Return who of several people is at home where a role of the caller's lets them look at people."""
    reached = {held.unit_id for held in context.actor.roles if held.role in POWERS["view_person"]}
    if not reached:
        return set()
    homes = homes_of(store.connection, person_ids)
    paths = store.units.paths(sorted(set(homes.values())))
    return {person_id for person_id, home in homes.items() if not reached.isdisjoint(paths.get(home, ()))}
