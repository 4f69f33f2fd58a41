"""What is told of a reversal."""

from __future__ import annotations

from uuid import UUID

from google.protobuf.message import Message

from libs.clock import to_microseconds
from libs.contracts.timebank.orders.v1 import events_pb2 as wire
from services.orders.core.rules.order import Order


def hours_reversed(
    order: Order, *, reversal_id: UUID, proposed_by: UUID, decided_by: UUID, why: str, recover: bool
) -> Message:
    """Say that a settlement is to be reversed whole."""
    return wire.HoursReversed(
        reversal_id=str(reversal_id),
        order_id=str(order.order_id),
        district_id=str(order.district_id),
        funding=order.funding.value,
        settlement=order.approval.settlement,
        proposed_by=str(proposed_by),
        decided_by=str(decided_by),
        why=why,
        recover=recover,
        volunteer_ids=[str(volunteer_id) for volunteer_id in order.volunteer_ids],
        start_at_us=to_microseconds(order.terms.start_at),
    )
