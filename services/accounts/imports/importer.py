"""The importer: takes the rows of what was sent, a part per transaction, so that it goes on where it was stopped.

It runs apart from the API: whoever sends a table waits for nobody's processor, and nobody for theirs. It keeps the
machine's time, also while the platform's stands still.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.exc import OperationalError, SQLAlchemyError
from werkzeug.exceptions import Unauthorized

from libs.clock import Clock
from libs.db import Database
from libs.errors import Refusal
from libs.logs import get_logger
from libs.telling import describe
from services.accounts.core.store.store import SealedStore
from services.accounts.core.store.vault import Vault
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.imports.gateways.sheets import SheetError, read_sheet
from services.accounts.imports.store import Import, ImportState, ImportStore, oldest_unfinished
from services.accounts.imports.usecases.import_people import WrongRow, take_rows
from services.accounts.persons.usecases.register_person import Registration

LOOK_SECONDS = 0.25
ROWS_PER_TRANSACTION = 25
UNEXPECTED = "internal_error"
LoadRow = Callable[[UUID, int, Mapping[str, Any]], Registration | WrongRow]


class Importer:
    """Takes one import after the other."""

    def __init__(self, database: Database, vault: Callable[[], Vault], clock: Clock, *, load: LoadRow) -> None:
        """`load` makes of a row's import, number and fields a registration, or says what is wrong."""
        self._database, self._vault, self._clock, self._load = database, vault, clock, load

    def run(self, stopped: threading.Event) -> None:
        """Work until told to stop."""
        while not stopped.wait(LOOK_SECONDS):
            try:
                while not stopped.is_set() and self.take_next(stopped):
                    pass
            except SQLAlchemyError as error:
                get_logger().warning("importer_waits", error=describe(error))

    def take_next(self, stopped: threading.Event | None = None) -> bool:
        """Take the import whose turn it is; False when none waits."""
        with self._database.reading() as connection:
            import_id = oldest_unfinished(connection)
        if import_id is None:
            return False
        try:
            bodies = self._read(import_id)
            while bodies is not None and self._take_part(import_id, bodies):
                if stopped is not None and stopped.is_set():
                    break
        except SheetError as error:
            self._end(import_id, ImportState.UNREADABLE, str(error))
        except (Refusal, Unauthorized) as refused:
            self._end(import_id, ImportState.STOPPED, getattr(refused, "code", "") or "not_authorised")
        except OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 - what breaks on a row would break on it for ever
            get_logger().error("import_broke", import_id=str(import_id), exc_info=error)
            self._end(import_id, ImportState.STOPPED, UNEXPECTED)
        return True

    def _read(self, import_id: UUID) -> Sequence[Mapping[str, Any]] | None:
        with self._database.reading() as connection:
            imports = ImportStore(SealedStore(connection, self._vault()))
            found, content = imports.find(import_id), imports.content(import_id)
        if found is None or content is None:
            return None
        return rows_of(content, found.content_type)

    def _take_part(self, import_id: UUID, bodies: Sequence[Mapping[str, Any]]) -> bool:
        """Take some rows; True while there are more. Passwords are hashed before the transaction begins."""
        with self._database.reading() as connection:
            before = ImportStore(SealedStore(connection, self._vault())).find(import_id)
        if before is None:
            return False
        part = bodies[before.rows_done : before.rows_done + ROWS_PER_TRANSACTION]
        rows = [self._load(import_id, number, body) for number, body in enumerate(part, before.rows_done + 1)]
        with self._database.transaction() as connection:
            store = SealedStore(connection, self._vault())
            found = ImportStore(store).lock_unfinished(import_id)
            if found is None or found.rows_done != before.rows_done:
                return False
            self._take(store, found, rows, total=len(bodies))
        return before.rows_done + len(rows) < len(bodies)

    def _take(self, store: SealedStore, found: Import, rows: Sequence[Registration | WrongRow], *, total: int) -> None:
        context = CommandContext(store.actor(found.imported_by), self._clock.now(), found.import_id)
        take_rows(store, context, import_id=found.import_id, first=found.rows_done + 1, rows=rows, total=total)

    def _end(self, import_id: UUID, state: ImportState, reason: str) -> None:
        with self._database.transaction() as connection:
            store = SealedStore(connection, self._vault())
            if ImportStore(store).lock_unfinished(import_id) is not None:
                ImportStore(store).end(import_id, state=state, reason=reason)


def rows_of(content: bytes, content_type: str) -> Sequence[Mapping[str, Any]]:
    """Return the rows of what was sent; a JSON document was looked at when it came."""
    if content_type == "application/json":
        rows: list[Mapping[str, Any]] = json.loads(content)["rows"]
        return rows
    return read_sheet(content, content_type)
