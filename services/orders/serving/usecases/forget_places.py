"""Delete where somebody stood, days after it was settled; how far it was from the home stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from libs.clock import local_date
from libs.db import Connection
from services.orders.core.rules.life_cycle import OPEN
from services.orders.core.store import deadline_store, order_store, people_store
from services.orders.core.store.deadline_store import Deadline
from services.orders.serving import store

LOOK_AGAIN = timedelta(days=7)


def forget_places(connection: Connection, due: Deadline) -> None:
    """Delete the coordinates of an order, once it was closed as long ago as the rules say."""
    order = order_store.lock_order(connection, due.subject_id)
    if not deadline_store.remove_deadline(connection, due):
        return
    policy = people_store.policy_on(connection, order.district_id, local_date(due.now))
    last = store.last_step_at(connection, order.order_id)
    kept_until = last + timedelta(days=policy.retention.location_days)
    look_at = due.now + LOOK_AGAIN if order.state in OPEN else kept_until
    if look_at > due.now:
        deadline_store.add_deadline(connection, replace(due, at=look_at))
    else:
        store.forget_places_of(connection, order.order_id)
