"""Everything accounts keeps, seen from one transaction."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from libs.db import savepoint
from libs.http import Actor, Bearer
from libs.outbox import OutgoingEvent, append
from services.accounts.complaints.store import ComplaintStore
from services.accounts.core.rules.persons import Person
from services.accounts.core.store.directory import DIRECTORY, NO_SESSION
from services.accounts.core.store.identity_store import IdentityStore
from services.accounts.core.store.person_store import PersonStore
from services.accounts.core.store.record_store import RecordStore
from services.accounts.core.store.tables import signing_key
from services.accounts.core.store.unit_store import UnitStore
from services.accounts.core.store.vault import Vault
from services.accounts.deaths.store import DeathStore
from services.accounts.erasure.store import ErasureStore
from services.accounts.groups.store import GroupStore
from services.accounts.imports.store import ImportStore
from services.accounts.numbers.store import NumberStore
from services.accounts.persons.store import PersonFilter, find_persons
from services.accounts.policies.store import PolicyStore
from services.accounts.privacy.store import DisclosureStore
from services.accounts.roles.store import AppointmentStore
from services.accounts.sign_in.store.session_store import SessionStore
from services.accounts.sign_in.store.try_store import TryStore


class Store:
    """The stores of one transaction, and the outbox of its events."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault
        self.units = UnitStore(connection)
        self.persons = PersonStore(connection)
        self.identities = IdentityStore(connection, vault)
        self.numbers = NumberStore(connection, vault, self.identities)
        self.appointments = AppointmentStore(connection)
        self.records = RecordStore(connection)
        self.deaths = DeathStore(connection)
        self.groups = GroupStore(connection)
        self.policies = PolicyStore(connection)
        self.erasures = ErasureStore(connection)
        self.disclosures = DisclosureStore(connection)
        self.imports = ImportStore(connection, vault)
        self.sessions = SessionStore(connection)
        self.tries = TryStore(connection)
        self.complaints = ComplaintStore(connection)

    @staticmethod
    def is_anything_sealed(connection: Connection) -> bool:
        """Tell whether anything needs the master key: then a new one would be of no use."""
        return bool(connection.scalar(sa.select(sa.exists().select_from(signing_key))))

    def actor(self, person_id: UUID) -> Actor:
        """Return a person as who acts: with the roles they hold now.

        Raises:
            Unauthorized: they are nobody, dead, sealed or erased.
        """
        return DIRECTORY(self._connection, Bearer(person_id, NO_SESSION))()

    def savepoint(self) -> AbstractContextManager[None]:
        """Undo what is done inside when it raises, and nothing else."""
        return savepoint(self._connection)

    def seal_secret(self, secret: bytes, *, name: str) -> bytes:
        """Seal a secret of the service itself."""
        return self._vault.seal_secret(secret, name=name)

    def private_key(self, key_id: str) -> bytes:
        """Return the private half of a signing key, opened."""
        return self._vault.open_secret(self.sessions.sealed_private_key(key_id), name=key_id)

    def find_persons(self, wanted: PersonFilter, *, limit: int) -> list[Person]:
        """Return people by id; the sealed and erased are seen by nobody."""
        return find_persons(self._connection, wanted, limit=limit)

    def append(self, *events: OutgoingEvent) -> None:
        """Publish the events if, and only if, this transaction commits."""
        for event in events:
            append(self._connection, event)


StoreOn = Callable[[Connection], Store]
