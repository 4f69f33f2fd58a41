"""What the ledger settled."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from libs.contracts.events import ledger
from libs.db import Connection
from libs.events import EventContext, hears
from services.orders.core.consumers import lock_known_order
from services.orders.service_time.usecases.settle_order import settle_order


@dataclass(frozen=True)
class HoursSettled:
    """Hours whose credit is posted."""

    order_id: UUID
    settlement: int
    issued_minutes: int


@hears(ledger.HoursSettled)
def settle(connection: Connection, context: EventContext, settled: HoursSettled) -> None:
    """Settle the order, and enter the service time."""
    order = lock_known_order(connection, settled.order_id)
    settle_order(connection, context, order, settlement=settled.settlement, issued_minutes=settled.issued_minutes)
