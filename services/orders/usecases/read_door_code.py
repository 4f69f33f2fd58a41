"""Read out the door code: the recipient's side alone learns it."""

from __future__ import annotations

from uuid import UUID

from libs.db import Connection
from libs.programme.acting_grants import GrantedAct
from services.orders.domain.errors import ForbiddenError, OrderNotFoundError
from services.orders.store import order_store, people_store
from services.orders.usecases.calling import Call, refuse_unless_speaks_for


def read_door_code(connection: Connection, call: Call, order_id: UUID) -> str:
    """Return the door code.

    Raises:
        OrderNotFoundError: there is no such order.
        ForbiddenError: the volunteer, or somebody who may not act for the recipient.
    """
    order = order_store.find_order(connection, order_id)
    if order is None:
        raise OrderNotFoundError
    if call.caller_id in order.volunteer_ids:
        raise ForbiddenError
    recipient = people_store.load_person(connection, order.recipient_id)
    refuse_unless_speaks_for(connection, call, recipient, GrantedAct.DOOR)
    return order.door_code
