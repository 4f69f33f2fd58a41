"""What the ledger settled."""

from __future__ import annotations

from datetime import datetime

from libs.db import Connection
from services.orders.core.consumers import lock_known_order
from services.orders.core.messages import ledger
from services.orders.service_time.usecases.settle_order import settle_order


def hear_hours_settled(connection: Connection, message: ledger.HoursSettled, now: datetime) -> None:
    settle_order(
        connection,
        lock_known_order(connection, message.order_id),
        settlement=message.settlement,
        issued_minutes=message.issued_minutes,
        now=now,
    )
