"""What is told of help that nobody took."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.contracts.events import orders
from libs.events import tells
from libs.programme.words import Funding
from services.orders.core.rules.order import Order


@tells(orders.OrderExpired, subject="order_id")
@dataclass(frozen=True)
class OrderExpired:
    """Nobody took the order in time, or nobody is waited for any more."""

    order_id: UUID
    district_id: UUID
    funding: Funding
    start_at: datetime


def order_expired(order: Order) -> OrderExpired:
    """Return what is told of an order that nobody took."""
    return OrderExpired(order.order_id, order.district_id, order.funding, order.terms.start_at)
