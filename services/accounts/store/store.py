"""Everything accounts keeps, seen from one transaction."""

from sqlalchemy import Connection

from libs.outbox import OutgoingEvent, append
from services.accounts.store.person_store import PersonStore
from services.accounts.store.policy_store import PolicyStore
from services.accounts.store.record_store import RecordStore
from services.accounts.store.session_store import SessionStore
from services.accounts.store.unit_store import UnitStore
from services.accounts.store.vault import Vault


class Store:
    """The stores of one transaction, and the outbox of its events."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self.units = UnitStore(connection)
        self.persons = PersonStore(connection, vault)
        self.records = RecordStore(connection)
        self.policies = PolicyStore(connection)
        self.sessions = SessionStore(connection, vault)

    def append(self, *events: OutgoingEvent) -> None:
        """Publish the events if, and only if, this transaction commits."""
        for event in events:
            append(self._connection, event)
