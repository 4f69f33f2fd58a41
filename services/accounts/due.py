"""What falls due: insurance that ended, by the programme's clock; signing keys that are over, by the machine's."""

from datetime import datetime

from libs.clock import machine_now
from libs.db import Connection
from libs.outbox import append
from services.accounts.store.person_store import PersonStore
from services.accounts.store.session_store import SessionStore
from services.accounts.usecases.announce_lapses import announce_lapses, next_lapse
from services.accounts.usecases.change_signing_keys import next_retirement, withdraw_retired_keys


def next_due(connection: Connection, now: datetime) -> datetime | None:
    """Return when the next thing falls due, which may be past; None when nothing will."""
    retirement = next_retirement(SessionStore(connection))
    if retirement is not None and retirement <= machine_now():
        return now
    return next_lapse(PersonStore(connection))


def run_due(connection: Connection, now: datetime) -> int:
    """Do what is due by `now`, up to a bound; return how many things were done."""
    withdrawn = withdraw_retired_keys(
        SessionStore(connection), append=lambda event: append(connection, event), now=machine_now()
    )
    lapsed = announce_lapses(PersonStore(connection), append=lambda event: append(connection, event), now=now)
    return withdrawn + lapsed
