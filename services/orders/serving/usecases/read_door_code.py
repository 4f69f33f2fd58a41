"""Read out the door code, or have a new one made: the recipient's side alone learns it, and who did is noted."""

from __future__ import annotations

from uuid import UUID

from libs.db import Connection
from libs.programme.acting_grants import GrantedAct
from services.orders.core.rules.life_cycle import TRANSITIONS, Verb
from services.orders.core.rules.order import Order
from services.orders.core.store import order_store
from services.orders.core.usecases.command_context import CommandContext, require_power
from services.orders.core.usecases.order_changes import save_change
from services.orders.core.usecases.order_facts import lock_for_recipient, lock_with_facts
from services.orders.serving import store
from services.orders.serving.rules.doors import DoorKey, ShownCode, lock_of

RUN_VENUE = "run_venue"


def read_door_code(connection: Connection, context: CommandContext, order_id: UUID, key: DoorKey) -> ShownCode:
    """Return the present door code, and note who was told it while it opens something.

    Raises:
        OrderNotFoundError: there is no such order.
        ForbiddenError: the volunteer, or somebody who may not act for the recipient.
    """
    order = lock_for_recipient(connection, context, order_id, GrantedAct.DOOR)
    if order.state in TRANSITIONS[Verb.NEW_DOOR_CODE]:
        noted = order.with_door_code_told(context.caller_id)
        if noted is not order:
            store.save_door(connection, order, noted.door)
    return key.code_at(lock_of(order), context.now)


def renew_door_code(connection: Connection, context: CommandContext, order_id: UUID) -> Order:
    """Make a new door code, also after the old one was locked; wrong ones count from none again.

    Raises:
        OrderNotFoundError: there is no such order.
        ForbiddenError: the volunteer, or somebody who may not act for the recipient; not who runs the venue.
        WrongOrderStateError: no door is to be opened any more, or not yet.
    """
    order = _lock_for_renewal(connection, context, order_id)
    return save_change(connection, order, order.with_new_door_code(context.caller_id), context.step(Verb.NEW_DOOR_CODE))


def _lock_for_renewal(connection: Connection, context: CommandContext, order_id: UUID) -> Order:
    """Lock for the recipient's side, or where there is none for who runs venues: its wrong codes count from none."""
    order = order_store.find_order(connection, order_id)
    if order is None or order.recipient_id is not None:
        return lock_for_recipient(connection, context, order_id, GrantedAct.DOOR)
    order = lock_with_facts(connection, context, order_id, power=RUN_VENUE)
    require_power(connection, context, RUN_VENUE, order.unit_id)
    return order
