"""May this caller do this here? The powers table says which roles; a role reaches its unit and all below."""

from collections.abc import Iterable
from uuid import UUID

from libs.errors import ForbiddenError, OutOfScopeError
from libs.http.actor import Actor


def require(actor: Actor, roles: frozenset[str], path: Iterable[UUID]) -> None:
    """Refuse unless one of the actor's roles is among `roles` and reaches the unit whose path to the root is `path`.

    Raises:
        ForbiddenError: the actor has none of the roles (`not_authorised`).
        OutOfScopeError: has one, but not at this unit or above it.
    """
    nodes = frozenset(path)
    mine = [held for held in actor.roles if held.role in roles]
    if not mine:
        raise ForbiddenError
    if not any(held.unit_id in nodes for held in mine):
        raise OutOfScopeError


def holds(actor: Actor, roles: frozenset[str], path: Iterable[UUID]) -> bool:
    """Tell whether `require` would let the actor pass."""
    nodes = frozenset(path)
    return any(held.role in roles and held.unit_id in nodes for held in actor.roles)
