"""Orders as they were placed, whether they wait for a review, and where they were referred to."""

import dataclasses
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from libs.db.rows import save_row
from services.redemption.core.store import tables as t


@dataclass(frozen=True)
class PlacedOrder:
    """An order as it was placed, with where it was referred to when nobody took it."""

    order_id: UUID
    district_id: UUID
    recipient_id: UUID | None
    service_code: str
    planned_minutes: int
    funding: str
    under_review: bool
    fallback: str | None = None


def save_placed_order(connection: Connection, order: PlacedOrder) -> None:
    """Keep an order as it was placed."""
    save_row(connection, t.order_placed, dataclasses.asdict(order))


def find_placed_order(connection: Connection, order_id: UUID) -> PlacedOrder | None:
    """Return an order as it was placed."""
    row = connection.execute(sa.select(t.order_placed).where(t.order_placed.c.order_id == order_id)).mappings().first()
    return PlacedOrder(**row) if row else None


def save_fallback(connection: Connection, order_id: UUID, fallback: str) -> None:
    """Keep where the recipient was referred to."""
    connection.execute(t.order_placed.update().where(t.order_placed.c.order_id == order_id).values(fallback=fallback))


def end_review(connection: Connection, order_id: UUID) -> None:
    """The order waits for no coordinator any more."""
    connection.execute(t.order_placed.update().where(t.order_placed.c.order_id == order_id).values(under_review=False))
