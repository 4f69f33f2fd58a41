"""What every feature of accounts loads and saves, seen from one transaction."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from libs.db import savepoint
from libs.http import Actor, Bearer
from services.accounts.core.store.directory import DIRECTORY, NO_SESSION
from services.accounts.core.store.facts import GIVEN, NOBODY, Ask, load_facts
from services.accounts.core.store.identity_store import IdentityStore
from services.accounts.core.store.person_store import PersonStore
from services.accounts.core.store.record_store import RecordStore
from services.accounts.core.store.unit_store import UnitStore
from services.accounts.core.store.vault import Vault


class Store:
    """The stores of core in one transaction; a feature opens its own on `connection`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.units = UnitStore(connection)
        self.persons = PersonStore(connection, self.units)
        self.records = RecordStore(connection)

    def load(
        self,
        caller_id: UUID,
        terms: Mapping[str, Any],
        *asks: Ask,
        about: str = GIVEN,
        also: str = NOBODY,
        units: str = NOBODY,
    ) -> list[list[Any]]:
        """Lock whom an act is about and read what its decision depends on, in one trip; return the rows of `asks`.

        `about`, `also` and `units` are SQL for ids: of whom the act is about (`about` in terms), of whom is only
        looked at, and of units beside their homes. The stores know all these then.
        """
        facts = load_facts(self.connection, caller_id, terms, *asks, about=about, also=also, units=units)
        self.units.know(facts.units)
        self.persons.know(facts, [caller_id])
        return facts.asked

    def actor(self, person_id: UUID) -> Actor:
        """Return a person as who acts: with the roles they hold now.

        Raises:
            Unauthorized: they are nobody, dead, sealed or erased.
        """
        return DIRECTORY(self.connection, Bearer(person_id, NO_SESSION))()

    def savepoint(self) -> AbstractContextManager[None]:
        """Undo what is done inside when it raises, and nothing else."""
        return savepoint(self.connection)


class SealedStore(Store):
    """Those of what is sealed too, for whoever has the keys; a feature that seals opens its own on this."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        super().__init__(connection)
        self.vault = vault
        self.identities = IdentityStore(connection, vault)
