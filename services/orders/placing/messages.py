"""What is told of an order before somebody comes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.contracts.events import orders
from libs.events import tells
from libs.programme.words import Funding
from services.orders.core.rules.life_cycle import State
from services.orders.core.rules.order import Order


@tells(orders.OrderPlaced, subject="order_id")
@dataclass(frozen=True, kw_only=True)
class OrderPlaced:
    """Help was asked for."""

    order_id: UUID
    district_id: UUID
    unit_id: UUID
    recipient_id: UUID | None
    service_code: str
    planned_minutes: int
    start_at: datetime
    funding: Funding
    persons: int
    coefficient_percent: int
    price_minutes: int
    placed_by: UUID
    acting_for: UUID | None
    policy_version: int
    state: State


@tells(orders.OrderDeclined, subject="order_id")
@dataclass(frozen=True)
class OrderDeclined:
    """The order was refused before it was published."""

    order_id: UUID
    district_id: UUID
    code: str
    funding: Funding
    recipient_id: UUID | None


def order_placed(order: Order) -> OrderPlaced:
    """Return what is told of an order that was asked for."""
    return OrderPlaced(
        order_id=order.order_id,
        district_id=order.district_id,
        unit_id=order.unit_id,
        recipient_id=order.recipient_id,
        service_code=order.terms.service_code,
        planned_minutes=order.terms.planned_minutes,
        start_at=order.terms.start_at,
        funding=order.funding,
        persons=order.terms.persons,
        coefficient_percent=order.terms.coefficient_percent,
        price_minutes=order.terms.price_minutes,
        placed_by=order.placement.by,
        acting_for=order.placement.acting_for,
        policy_version=order.terms.policy_version,
        state=order.state,
    )


def order_declined(order: Order) -> OrderDeclined:
    """Return what is told of an order that was declined."""
    code = order.ending.declined_code
    return OrderDeclined(order.order_id, order.district_id, code, order.funding, order.recipient_id)
