"""What privacy hears of the others: orders that let two people know of each other."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from libs.contracts.events import ledger, orders
from libs.db import Connection
from libs.events import EventContext, hears
from services.accounts.privacy.store import DisclosureStore

OPEN_AFTER_END = timedelta(hours=24)


@dataclass(frozen=True)
class OrderTaken:
    """An order that has its volunteers, and when it is."""

    order_id: UUID
    recipient_id: UUID | None
    volunteer_ids: tuple[UUID, ...]
    start_at: datetime
    planned_minutes: int
    stop_recipient_ids: tuple[UUID, ...]


@dataclass(frozen=True)
class OrderEnded:
    """An order that was settled, cancelled, given back, or came to nothing."""

    order_id: UUID


@hears(orders.OrderTaken)
def open_disclosure(connection: Connection, _context: EventContext, order: OrderTaken) -> None:
    """Let both sides see each other's name and where to go, until the order ends, or a day after its planned end.

    On a round the other side is whoever has a stop on it; at an activity there is none.
    """
    recipient_ids = (order.recipient_id,) if order.recipient_id is not None else order.stop_recipient_ids
    until = order.start_at + timedelta(minutes=order.planned_minutes) + OPEN_AFTER_END
    for volunteer_id in sorted(order.volunteer_ids):
        for recipient_id in sorted(recipient_ids):
            DisclosureStore(connection).open(
                order_id=order.order_id, volunteer_id=volunteer_id, recipient_id=recipient_id, until=until
            )


@hears(
    ledger.HoursSettled,
    orders.HoursRejected,
    orders.NoShowRecorded,
    orders.OrderCancelled,
    orders.OrderExpired,
    orders.OrderPublished,
)
def end_disclosure(connection: Connection, _context: EventContext, order: OrderEnded) -> None:
    """Let them see each other no more."""
    DisclosureStore(connection).end(order.order_id)


@dataclass(frozen=True)
class VisitorAssigned:
    """Who visits a person on the visit list."""

    assignment_id: UUID
    person_id: UUID
    visitor_id: UUID
    ends_at: datetime


@hears(orders.VisitorAssigned)
def open_to_visitor(connection: Connection, _context: EventContext, assigned: VisitorAssigned) -> None:
    """Let the visitor see whom they visit and where, and the person who comes, until it ends."""
    DisclosureStore(connection).open(
        order_id=assigned.assignment_id,
        volunteer_id=assigned.visitor_id,
        recipient_id=assigned.person_id,
        until=assigned.ends_at,
    )


@dataclass(frozen=True)
class VisitorReleased:
    """Whoever visited a person does so no more."""

    assignment_id: UUID


@hears(orders.VisitorReleased)
def close_to_visitor(connection: Connection, _context: EventContext, released: VisitorReleased) -> None:
    """Let them see each other no more."""
    DisclosureStore(connection).end(released.assignment_id)
