"""What nearly every decision about an order depends on, gathered in one trip with the lock first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.errors import ForbiddenError
from libs.programme.acting_grants import GrantedAct
from services.orders.core.refusals import OrderNotFoundError
from services.orders.core.rules.order import Order
from services.orders.core.rules.people import Person
from services.orders.core.store import order_store, people_store, unit_store
from services.orders.core.store.facts import Ask, gather
from services.orders.core.store.order_store import Locker
from services.orders.core.usecases.acting_for import refuse_unless_acting_for, require_acting_for
from services.orders.core.usecases.command_context import CommandContext, refuse_auditor


def lock_with_facts(
    connection: Connection,
    context: CommandContext,
    order_id: UUID,
    *asks: Ask,
    power: str | None = None,
    is_open: bool = False,
) -> Order:
    """Return an order, locked, after gathering what decisions about it ask.

    That is who calls and for whom, the recipient and the volunteers, whose relatives the callers are, the units above
    all of them, and the rules of their districts; and what else is asked. It is locked for those it concerns, for whom
    they let act, and for those who have the `power` somewhere; for nobody else, whom the rules refuse.

    Raises:
        OrderNotFoundError: there is none.
    """
    orders = lock_all_with_facts(connection, context, [order_id], *asks, power=power, is_open=is_open)
    return order_in(orders, order_id)


def lock_all_with_facts(
    connection: Connection,
    context: CommandContext,
    order_ids: Sequence[UUID],
    *asks: Ask,
    power: str | None = None,
    is_open: bool = False,
) -> dict[UUID, Order]:
    """Return those of some orders that exist, by id, after `lock_with_facts` of all of them in one trip."""
    lock = order_store.ask_locks(order_ids, _locker(context, power, is_open=is_open))
    gather(connection, lock, *facts_of(context, order_ids), *asks)
    return {order.order_id: order for order in order_store.locked_orders(connection, order_ids)}


def order_in(orders: Mapping[UUID, Order], order_id: UUID) -> Order:
    """Return one of the orders that were locked.

    Raises:
        OrderNotFoundError: there is none.
    """
    if order_id not in orders:
        raise OrderNotFoundError
    return orders[order_id]


def facts_of(context: CommandContext, order_ids: Sequence[UUID]) -> tuple[Ask, ...]:
    """Return what asks for the facts of nearly every decision about orders."""
    people = tuple({context.caller_id, context.subject_id})
    return (
        people_store.ask_people(*people, of_orders=order_ids),
        people_store.ask_relations(*people),
        unit_store.ask_paths(*people, of_orders=order_ids),
        people_store.ask_policies(*people, day=local_date(context.now), of_orders=order_ids),
    )


def _locker(context: CommandContext, power: str | None, *, is_open: bool) -> Locker:
    powers = (power,) if power else ()
    may = context.holds(*powers, "act_for") if context.is_for_another else context.holds(*powers)
    return Locker(context.caller_id, context.subject_id, may, is_open=is_open)


def lock_for_recipient(connection: Connection, context: CommandContext, order_id: UUID, act: GrantedAct) -> Order:
    """Return an order, locked, to its recipient or who may act for them; never to whoever serves in it.

    Raises:
        OrderNotFoundError: there is none.
        ForbiddenError: the volunteer, or somebody who may not act for the recipient.
    """
    order = lock_with_facts(connection, context, order_id)
    require_acting_for(connection, context, _recipient(connection, context, order), act, subject_id=order_id)
    return order


def refuse_unless_for_recipient(connection: Connection, context: CommandContext, order: Order, act: GrantedAct) -> None:
    """Refuse whom `lock_for_recipient` would refuse; nothing is told.

    Raises:
        ForbiddenError: the volunteer, or somebody who may not act for the recipient.
    """
    refuse_unless_acting_for(connection, context, _recipient(connection, context, order), act)


def _recipient(connection: Connection, context: CommandContext, order: Order) -> Person:
    refuse_auditor(context)
    if order.recipient_id is None or context.caller_id in order.volunteer_ids:
        raise ForbiddenError
    return people_store.load_person(connection, order.recipient_id)
