"""What orders hears beside the directory of people and rules: volunteer groups, and what was done for somebody."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from libs.contracts.events import accounts, redemption
from libs.db import Connection
from libs.db.rows import delete_rows, find_row, save_row
from libs.events import EventContext, forgets, hears
from libs.inbox import NotYetKnownError
from libs.programme.known_grants import UseTold, save_use
from services.orders.core.rules.order import Order
from services.orders.core.store import order_store
from services.orders.core.store.tables import volunteer_group
from services.orders.core.usecases.gates_again import look_at_gates_again


@dataclass(frozen=True)
class GroupTold:
    """A volunteer group; one that is not active has ended."""

    group_id: UUID
    leader_id: UUID
    member_ids: tuple[UUID, ...]
    active: bool


@hears(accounts.GroupState)
def save_group(connection: Connection, context: EventContext, told: GroupTold) -> None:
    """Keep a group until it ends; who served within it and belongs to it no more may be barred now."""
    before = find_row(connection, volunteer_group, group_id=told.group_id)
    for member_id in before.member_ids if before else ():
        if not (told.active and member_id in told.member_ids and told.leader_id == before.leader_id):
            look_at_gates_again(connection, member_id, context.now)
    if not told.active:
        delete_rows(connection, volunteer_group, group_id=told.group_id)
        return
    row = {"group_id": told.group_id, "leader_id": told.leader_id, "member_ids": list(told.member_ids)}
    save_row(connection, volunteer_group, row)


@forgets(accounts.GroupState)
def forget_group(connection: Connection, _context: EventContext, subject: str) -> None:
    """Nobody serves within it."""
    delete_rows(connection, volunteer_group, group_id=UUID(subject))


@hears(redemption.ActedFor)
def count_use(connection: Connection, _context: EventContext, use: UseTold) -> None:
    """What was done for somebody elsewhere counts towards the grant's month here too."""
    save_use(connection, use)


def lock_known_order(connection: Connection, order_id: UUID) -> Order:
    """Return the order that an event is about, locked.

    Raises:
        NotYetKnownError: it is not heard of yet.
    """
    for order in order_store.lock_orders(connection, [order_id]):
        return order
    raise NotYetKnownError(subject=str(order_id))
