"""What happens to an order by itself, and when, unless somebody acts before: the same for both sides and for staff."""

from __future__ import annotations

from dataclasses import replace

from libs.db import Connection
from services.orders.core.api.views import OrderView
from services.orders.core.rules.deadlines import DEFAULTS
from services.orders.core.store.deadline_store import due_at


def with_due(connection: Connection, view: OrderView) -> OrderView:
    """Return an order with what happens to it by itself next, and when; nothing where it waits for nobody."""
    default = DEFAULTS.get(view.order.state)
    at = due_at(connection, view.order.order_id, default.kind) if default else None
    return replace(view, falls_due=default.verb if default and at else None, falls_due_at=at)
