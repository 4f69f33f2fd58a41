"""What falls due by the clock: insurance that ended."""

from datetime import datetime

from libs.db import Connection
from libs.outbox import append
from services.accounts.store.person_store import PersonStore
from services.accounts.usecases.announce_lapses import announce_lapses, next_lapse


def next_due(connection: Connection, _now: datetime) -> datetime | None:
    """Return when the next thing falls due, which may be past; None when nothing will."""
    return next_lapse(PersonStore(connection))


def run_due(connection: Connection, now: datetime) -> int:
    """Do what is due by `now`, up to a bound; return how many things were done."""
    return announce_lapses(PersonStore(connection), append=lambda event: append(connection, event), now=now)
