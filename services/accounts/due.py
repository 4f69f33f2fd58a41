"""What falls due: lapses and keys of the sealed, by the platform's clock; signing keys, by the machine's."""

from datetime import datetime

from libs.clock import machine_now
from libs.db import Connection
from libs.outbox import OutgoingEvent, append
from libs.programme.proposals import first_lapse, lapse_proposals
from services.accounts.core.store.person_store import PersonStore
from services.accounts.deaths.tables import death, death_mistake
from services.accounts.erasure.store import ErasureStore
from services.accounts.erasure.usecases import destroy_due_keys, next_key_destruction
from services.accounts.numbers.tables import number_proposal
from services.accounts.policies.tables import policy
from services.accounts.recipients.tables import finding
from services.accounts.roles.tables import role_proposal
from services.accounts.sign_in.store.session_store import SessionStore
from services.accounts.sign_in.usecases.change_signing_keys import next_retirement, withdraw_retired_keys
from services.accounts.volunteers.usecases.announce_lapses import announce_lapses, next_lapse

OF_TWO_PEOPLE = (role_proposal, number_proposal, finding, death, death_mistake, policy)
"""Every table of acts of two people."""


def next_due(connection: Connection, now: datetime) -> datetime | None:
    """Return when the next thing falls due, which may be past; None when nothing will."""
    retirement = next_retirement(SessionStore(connection))
    if retirement is not None and retirement <= machine_now():
        return now
    persons = PersonStore(connection)
    dues = (next_lapse(persons), next_key_destruction(persons), first_lapse(connection, OF_TWO_PEOPLE))
    return min((due for due in dues if due), default=None)


def run_due(connection: Connection, now: datetime) -> int:
    """Do what is due by `now`, up to a bound; return how many things were done."""

    def publish(event: OutgoingEvent) -> None:
        append(connection, event)

    persons = PersonStore(connection)
    withdrawn = withdraw_retired_keys(SessionStore(connection), append=publish, now=machine_now())
    lapsed = announce_lapses(persons, append=publish, now=now)
    proposals = lapse_proposals(connection, OF_TWO_PEOPLE, now=now)
    return withdrawn + lapsed + proposals + destroy_due_keys(persons, ErasureStore(connection), append=publish, now=now)
