"""A month that is over is added up once, some units in a transaction."""

from __future__ import annotations

from datetime import datetime

from libs.clock import local_date
from libs.db import Connection
from services.orders.indicators import store
from services.orders.indicators.rules import end_of


def next_close(connection: Connection) -> datetime | None:
    """Return when a month with something counted is over, or was, that is not added up."""
    state = store.counting_of(connection)
    if state.closing is not None:
        return state.upto
    month = store.first_month_from(connection, local_date(state.upto))
    return end_of(month) if month else None


def close_month(connection: Connection, now: datetime) -> int:
    """End a month that is over, or add up some more of one that was ended; return 1 when something was done."""
    state = store.counting_of(connection, for_update=True)
    if state.closing is not None and state.after_unit is not None:
        store.add_up_some(connection, state.closing, state.after_unit)
        return 1
    month = store.first_month_from(connection, local_date(state.upto))
    if month is None or end_of(month) > now:
        return 0
    store.end_month(connection, month)
    return 1
