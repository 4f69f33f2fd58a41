"""An offer that nobody answered lapses, and whoever was asked is told: one after the other, by the order's next."""

from __future__ import annotations

from datetime import datetime, timedelta

from libs.db import Connection
from services.orders.core.rules.deadlines import OFFERS
from services.orders.core.rules.life_cycle import State
from services.orders.core.rules.order import Order
from services.orders.core.rules.purposes import Purpose
from services.orders.core.store import deadline_store, order_store
from services.orders.core.store.deadline_store import Deadline
from services.orders.core.usecases.notices import want_notice

JUST_AFTER = timedelta(microseconds=1)
"""At its last instant an offer can still be accepted."""


def watch_lapses(connection: Connection, order: Order, *, after: datetime) -> None:
    """Let the next of an order's offers fall due when it has lapsed."""
    instants = [offer.lapses_at for offer in order.offers if offer.lapses_at >= after]
    due = {OFFERS: min(instants) + JUST_AFTER} if instants else {}
    deadline_store.replace_deadlines(connection, {order.order_id: due}, kinds=(OFFERS,))


def tell_lapsed(connection: Connection, due: Deadline) -> None:
    """Tell whose offer of an order has lapsed just now; nobody where it was taken, or offered to them anew."""
    order = order_store.lock_order(connection, due.subject_id)
    if not deadline_store.remove_deadline(connection, due) or order.state is not State.PUBLISHED:
        return
    for offer in order.offers:
        if offer.lapses_at + JUST_AFTER == due.at:
            want_notice(connection, due, order, offer.to, Purpose.OFFER_LAPSED, until=order.terms.start_at)
    watch_lapses(connection, order, after=due.at)
