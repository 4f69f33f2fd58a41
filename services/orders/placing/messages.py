"""What is told of an order before somebody comes."""

from __future__ import annotations

from google.protobuf.message import Message

from libs.clock import to_microseconds
from libs.contracts.timebank.orders.v1 import events_pb2 as wire
from services.orders.core.messages import text_of
from services.orders.core.rules.order import Order


def order_placed(order: Order) -> Message:
    """Say that help was asked for."""
    return wire.OrderPlaced(
        order_id=str(order.order_id),
        district_id=str(order.district_id),
        unit_id=str(order.unit_id),
        recipient_id=str(order.recipient_id),
        service_code=order.terms.service_code,
        planned_minutes=order.terms.planned_minutes,
        start_at_us=to_microseconds(order.terms.start_at),
        funding=order.funding.value,
        persons=order.terms.persons,
        coefficient_percent=order.terms.coefficient_percent,
        price_minutes=order.terms.price_minutes,
        placed_by=str(order.placement.by),
        acting_for=text_of(order.placement.acting_for),
        policy_version=order.policy_version,
        state=order.state.value,
    )


def order_declined(order: Order) -> Message:
    """Say that the order was refused before it was published."""
    return wire.OrderDeclined(
        order_id=str(order.order_id),
        district_id=str(order.district_id),
        code=order.ending.declined_code,
        funding=order.funding.value,
        recipient_id=str(order.recipient_id),
    )


def order_cancelled(order: Order, *, by: str, why: str) -> Message:
    """Say that the order was given up by decision."""
    return wire.OrderCancelled(
        order_id=str(order.order_id), district_id=str(order.district_id), by=by, why=why, funding=order.funding.value
    )


def order_expired(order: Order) -> Message:
    """Say that nobody took the order in time."""
    return wire.OrderExpired(
        order_id=str(order.order_id), district_id=str(order.district_id), funding=order.funding.value
    )
