"""What is told of a service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.contracts.events import orders
from libs.events import tells
from libs.programme.words import Funding
from services.orders.core.rules.order import Assignment, Order


@tells(orders.OrderReleased, subject="order_id")
@dataclass(frozen=True)
class OrderReleased:
    """Who had taken it does not come: a gate has shut since; `code` says which."""

    order_id: UUID
    district_id: UUID
    recipient_id: UUID | None
    volunteer_id: UUID
    start_at: datetime
    code: str


@tells(orders.ServiceStarted, subject="order_id")
@dataclass(frozen=True)
class ServiceStarted:
    """A volunteer is at work."""

    order_id: UUID
    district_id: UUID
    volunteer_id: UUID
    checked_in_at: datetime | None


@tells(orders.ServiceFinished, subject="order_id")
@dataclass(frozen=True)
class ServiceFinished:
    """How long a volunteer served."""

    order_id: UUID
    district_id: UUID
    volunteer_id: UUID
    checked_out_at: datetime | None
    actual_minutes: int


@tells(orders.NoShowRecorded, subject="order_id")
@dataclass(frozen=True)
class NoShowRecorded:
    """One side did not appear."""

    order_id: UUID
    district_id: UUID
    absent: str
    volunteer_id: UUID
    by: UUID
    funding: Funding


def service_finished(order: Order, part: Assignment) -> ServiceFinished:
    """Return what is told of a volunteer's part that has ended."""
    return ServiceFinished(
        order.order_id, order.district_id, part.volunteer_id, part.checked_out_at, part.actual_minutes
    )
