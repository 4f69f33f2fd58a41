"""What is heard of orders: who goes to whom, and until when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from libs.clock import from_microseconds
from libs.contracts.timebank.ledger.v1 import events_pb2 as ledger_wire
from libs.contracts.timebank.orders.v1 import events_pb2 as orders_wire
from libs.inbox import IncomingEvent
from services.accounts.core.messages import type_name


@dataclass(frozen=True)
class TakenOrder:
    """An order that has its volunteers, and its planned end."""

    order_id: UUID
    recipient_id: UUID
    volunteer_ids: tuple[UUID, ...]
    ends_at: datetime


def taken_order(event: IncomingEvent) -> TakenOrder:
    """Read who goes to whom."""
    message = orders_wire.OrderTaken.FromString(event.payload or b"")
    return TakenOrder(
        order_id=UUID(message.order_id),
        recipient_id=UUID(message.recipient_id),
        volunteer_ids=tuple(UUID(volunteer_id) for volunteer_id in message.volunteer_ids),
        ends_at=from_microseconds(message.start_at_us) + timedelta(minutes=message.planned_minutes),
    )


def order_id_of(event: IncomingEvent) -> str:
    """Read which order ended."""
    message = _ENDS[event.event_type]()
    message.ParseFromString(event.payload or b"")
    order_id: str = message.order_id
    return order_id


_ENDS: dict[str, Any] = {
    type_name(kind): kind
    for kind in (
        ledger_wire.HoursSettled,
        orders_wire.HoursRejected,
        orders_wire.NoShowRecorded,
        orders_wire.OrderCancelled,
        orders_wire.OrderExpired,
        orders_wire.OrderPublished,
    )
}


ORDER_TAKEN = type_name(orders_wire.OrderTaken)
ORDER_ENDS = tuple(_ENDS)
