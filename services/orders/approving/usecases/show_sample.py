"""How an order was drawn, or was not: told so that anybody can compute it again."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from libs.clock import local_date
from libs.db import Connection
from services.orders.approving.rules.sample import drawn_on
from services.orders.approving.store import sample as store
from services.orders.core.rules.order import Order
from services.orders.core.usecases.order_changes import policy_of_order


def sample_of(connection: Connection, order: Order, now: datetime) -> dict[str, Any] | None:
    """Return how an order that was served took part in its day's draw; None before, and where the policy draws none."""
    if not order.served or order.word_awaited_from is None:
        return None
    day, call = drawn_on(order), store.find_call(connection, order.order_id)
    seed = store.find_seed(connection, day)
    if seed is None:
        return None
    told = asdict(call) if call is not None else {"tries": 0}
    return told | {
        "day": day.isoformat(),
        "seed": seed.hex() if day < local_date(now) else None,
        "drawn": call is not None,
        "share_percent": policy_of_order(connection, order, now).review.sample_rate_percent,
    }
