"""Forget who applied and did not become a person, when their day has come."""

from datetime import datetime

from libs.clock import local_date, local_midnight
from libs.db import Connection
from services.accounts.applications.rules import ApplicationState
from services.accounts.applications.store import first_to_forget, forget, to_forget

FORGOTTEN_PER_RUN_MAX = 200


def next_forgetting(connection: Connection) -> datetime | None:
    """Return when the next application is forgotten."""
    day = first_to_forget(connection)
    return local_midnight(day) if day else None


def forget_applications(connection: Connection, *, now: datetime) -> int:
    """Forget the applications whose day has come, up to a bound; return how many. One without a result lapses."""
    due = to_forget(connection, local_date(now), limit=FORGOTTEN_PER_RUN_MAX)
    for application in due:
        lapsed = application.ended(ApplicationState.LAPSED, by=None, at=now, forget_on=None)
        forget(connection, lapsed if application.is_open else application)
    return len(due)
