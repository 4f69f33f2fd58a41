"""What was told of somebody may shut a gate on what they have taken, or receive: it is looked at again at once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from libs.db import Connection
from services.orders.core.rules.deadlines import GATES
from services.orders.core.store import deadline_store, order_store
from services.orders.core.store.deadline_store import Deadline


def look_at_gates_again(connection: Connection, person_id: UUID, now: datetime) -> None:
    """Let the gates of a person's orders to come be looked at, in a transaction of its own."""
    if order_store.concerns_orders_to_come(connection, person_id):
        deadline_store.add_deadline(connection, Deadline(person_id, GATES, now))
