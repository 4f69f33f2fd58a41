"""What is told of a service."""

from __future__ import annotations

from uuid import UUID

from google.protobuf.message import Message

from libs.clock import to_microseconds
from libs.contracts.timebank.orders.v1 import events_pb2 as wire
from services.orders.core.rules.order import Assignment, Order


def order_taken(order: Order) -> Message:
    """Say who will come."""
    return wire.OrderTaken(
        order_id=str(order.order_id),
        district_id=str(order.district_id),
        recipient_id=str(order.recipient_id),
        volunteer_ids=[str(volunteer_id) for volunteer_id in order.volunteer_ids],
        start_at_us=to_microseconds(order.terms.start_at),
        planned_minutes=order.terms.planned_minutes,
    )


def service_started(order: Order, part: Assignment) -> Message:
    """Say that a volunteer is at work."""
    assert part.checked_in_at is not None
    return wire.ServiceStarted(
        order_id=str(order.order_id),
        district_id=str(order.district_id),
        volunteer_id=str(part.volunteer_id),
        checked_in_at_us=to_microseconds(part.checked_in_at),
    )


def service_finished(order: Order, part: Assignment) -> Message:
    """Say how long a volunteer served."""
    assert part.checked_out_at is not None
    return wire.ServiceFinished(
        order_id=str(order.order_id),
        district_id=str(order.district_id),
        volunteer_id=str(part.volunteer_id),
        checked_out_at_us=to_microseconds(part.checked_out_at),
        actual_minutes=part.actual_minutes,
    )


def no_show_recorded(order: Order, *, absent: str, volunteer_id: UUID, by: UUID) -> Message:
    """Say that one side did not appear."""
    return wire.NoShowRecorded(
        order_id=str(order.order_id),
        district_id=str(order.district_id),
        absent=absent,
        volunteer_id=str(volunteer_id),
        by=str(by),
        funding=order.funding.value,
    )
