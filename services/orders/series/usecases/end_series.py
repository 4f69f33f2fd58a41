"""A series ends: nobody is left whom it helps, or who pays."""

from __future__ import annotations

from uuid import UUID

from libs.db import Connection
from libs.db.rows import delete_rows
from libs.events import Cause
from services.orders.core.store.tables import deadline
from services.orders.series import store
from services.orders.series.rules import EndReason, Series

SERIES_DAY = "series_day"


def end_series_of(connection: Connection, context: Cause, person_id: UUID, reason: EndReason) -> None:
    """End what a person receives or pays; where somebody still waits for help, the desk is told."""
    for series in store.lock_series_of(connection, person_id):
        end_series(connection, context, series, reason)
        if person_id != series.recipient_id:
            raise_alarm(connection, context, series, reason.value)


def end_series(
    connection: Connection, context: Cause, series: Series, reason: EndReason, *, by: UUID | None = None
) -> None:
    """Make no more days; the orders that are made go their own way."""
    ended = {"ended_at": context.now, "ended_by": by, "end_reason": reason.value, "next_day": None}
    store.change_series(connection, series.series_id, **ended, alarm_code="", alarm_since=None)
    delete_rows(connection, deadline, subject_id=series.series_id, kind=SERIES_DAY)


def raise_alarm(connection: Connection, context: Cause, series: Series, code: str) -> None:
    """Let the desk see that a series stopped being made, and why."""
    since = series.alarm_since if series.alarm_code else context.now
    store.change_series(connection, series.series_id, alarm_code=code, alarm_since=since)
