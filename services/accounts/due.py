"""What falls due: lapses and keys of the sealed, by the platform's clock; signing keys, by the machine's."""

from collections.abc import Callable
from datetime import datetime
from functools import cache

from libs.clock import machine_now, monotonic
from libs.db import Connection
from libs.programme.proposals import first_lapse, lapse_proposals
from services.accounts.applications.tables import admission
from services.accounts.applications.usecases.forget_applications import forget_applications, next_forgetting
from services.accounts.core.gateways.choosing import sender_of
from services.accounts.core.store.store import SealedStore
from services.accounts.core.store.vault import Vault
from services.accounts.deaths.tables import death, death_mistake
from services.accounts.deputies.store import first_due as first_deputy
from services.accounts.deputies.tables import deputyship
from services.accounts.deputies.usecases import run_deputies
from services.accounts.duty.store import first_unsent
from services.accounts.duty.usecases import tell_waiting
from services.accounts.erasure.usecases import destroy_due_keys, next_key_destruction
from services.accounts.notices.store import first_due as first_notice
from services.accounts.notices.usecases import tell_due
from services.accounts.numbers.tables import number_proposal
from services.accounts.policies.tables import policy
from services.accounts.recipients.tables import finding
from services.accounts.roles.tables import role_proposal
from services.accounts.settings import Settings
from services.accounts.sign_in.tables import second_factor_reset
from services.accounts.sign_in.usecases.change_signing_keys import next_retirement, withdraw_retired_keys
from services.accounts.volunteers.usecases.announce_lapses import announce_lapses, next_lapse

OF_TWO_PEOPLE = (
    role_proposal,
    number_proposal,
    second_factor_reset,
    finding,
    death,
    death_mistake,
    policy,
    admission,
    deputyship,
)
"""Every table of acts of two people."""
SENDING_SECONDS_MAX = 10.0
"""In one transaction, which may not stand still for thirty; whoever is left is told in the next."""


def next_due(connection: Connection, now: datetime) -> datetime | None:
    """Return when the next thing falls due, which may be past; None when nothing will."""
    retirement = next_retirement(connection)
    if retirement is not None and retirement <= machine_now():
        return now
    dues = (
        next_lapse(connection),
        next_key_destruction(connection),
        next_forgetting(connection),
        first_unsent(connection),
        first_notice(connection),
        first_deputy(connection, now),
    )
    lapses = first_lapse(connection, OF_TWO_PEOPLE)
    return min((due for due in (*dues, lapses) if due), default=None)


def run_due(connection: Connection, now: datetime) -> int:
    """Do what is due by `now`, up to a bound; return how many things were done."""
    withdrawn = withdraw_retired_keys(connection, now=machine_now())
    lapsed = announce_lapses(connection, now=now)
    proposals = lapse_proposals(connection, OF_TWO_PEOPLE, now=now)
    forgotten = forget_applications(connection, now=now) + destroy_due_keys(connection, now)
    return withdrawn + lapsed + proposals + forgotten + run_deputies(connection, now)


def create_run_due(settings: Settings) -> Callable[[Connection, datetime], int]:
    """Return what does what is due, and tells who waits to be told."""
    vault = cache(lambda: Vault.read(settings.master_key_file, settings.index_key_file))
    sender = sender_of(settings)

    def run(connection: Connection, now: datetime) -> int:
        until = monotonic() + SENDING_SECONDS_MAX
        keys = SealedStore(connection, vault())
        notices = tell_waiting(keys, sender, now=now, until=until) if first_unsent(connection) else 0
        first = first_notice(connection)
        notices += tell_due(keys, sender, now=now, until=until) if first and first <= now else 0
        return notices + run_due(connection, now)

    return run
