"""Save and load imports: what was sent, sealed until it is done, and what became of each row."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from services.accounts.core.store.store import SealedStore
from services.accounts.imports.tables import import_, import_row


class ImportState(StrEnum):
    """How far an import is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    UNREADABLE = "unreadable"
    STOPPED = "stopped"


UNFINISHED = (ImportState.WAITING, ImportState.RUNNING)


@dataclass(frozen=True)
class Import:
    """An import and how far it is; `rows` is not known before it was read."""

    import_id: UUID
    imported_by: UUID
    content_type: str
    state: ImportState
    reason: str
    rows: int | None
    rows_done: int


class ImportStore:
    """Imports of one transaction."""

    def __init__(self, store: SealedStore) -> None:
        self._connection = store.connection
        self._vault = store.vault

    def add(self, import_id: UUID, *, by: UUID, at: datetime, content: bytes, content_type: str) -> bool:
        """Save a new import; False when there is one with this id."""
        row = {
            "import_id": import_id,
            "imported_by": by,
            "imported_at": at,
            "content_type": content_type,
            "sealed_content": self._vault.seal_secret(content, name=_name(import_id)),
            "state": ImportState.WAITING,
        }
        made = insert(import_).values(row).on_conflict_do_nothing().returning(import_.c.import_id)
        return self._connection.execute(made).first() is not None

    def find(self, import_id: UUID) -> Import | None:
        """Return an import, or None."""
        row = self._connection.execute(sa.select(*_COLUMNS).where(import_.c.import_id == import_id)).first()
        return _import(row) if row else None

    def lock_unfinished(self, import_id: UUID) -> Import | None:
        """Return an import for change, unless it is finished or somebody else is at it."""
        query = sa.select(*_COLUMNS).where(import_.c.import_id == import_id, import_.c.state.in_(UNFINISHED))
        row = self._connection.execute(query.with_for_update(skip_locked=True)).first()
        return _import(row) if row else None

    def content(self, import_id: UUID) -> bytes | None:
        """Return what was sent; None once it is finished."""
        sealed = self._connection.scalar(sa.select(import_.c.sealed_content).where(import_.c.import_id == import_id))
        return self._vault.open_secret(bytes(sealed), name=_name(import_id)) if sealed is not None else None

    def go_on(self, import_id: UUID, *, rows: int, rows_done: int) -> None:
        """Say how far an import is; done, what was sent is forgotten."""
        is_done = rows_done >= rows
        changes: dict[str, object] = {"rows": rows, "rows_done": rows_done}
        changes |= {"state": ImportState.DONE, "sealed_content": None} if is_done else {"state": ImportState.RUNNING}
        self._change(import_id, changes)

    def end(self, import_id: UUID, *, state: ImportState, reason: str) -> None:
        """Say why an import goes no further, and forget what was sent."""
        self._change(import_id, {"state": state, "reason": reason, "sealed_content": None})

    def add_row(self, import_id: UUID, row: int, person_id: UUID | None, code: str, fields: str) -> None:
        """Save what became of a row."""
        self._connection.execute(
            import_row.insert().values(import_id=import_id, row=row, person_id=person_id, code=code, fields=fields)
        )

    def rows(self, import_id: UUID) -> list[tuple[int, UUID | None, str, str]]:
        """Return (row, person, code, fields) of every row that was looked at."""
        query = sa.select(import_row).where(import_row.c.import_id == import_id).order_by(import_row.c.row)
        return [(row.row, row.person_id, row.code, row.fields) for row in self._connection.execute(query)]

    def _change(self, import_id: UUID, changes: dict[str, object]) -> None:
        self._connection.execute(import_.update().where(import_.c.import_id == import_id).values(changes))


def oldest_unfinished(connection: Connection) -> UUID | None:
    """Return the import whose turn it is; needs no key, for there may be none yet."""
    query = sa.select(import_.c.import_id).where(import_.c.state.in_(UNFINISHED))
    found: UUID | None = connection.scalar(query.order_by(import_.c.imported_at, import_.c.import_id).limit(1))
    return found


_COLUMNS = (
    import_.c.import_id,
    import_.c.imported_by,
    import_.c.content_type,
    import_.c.state,
    import_.c.reason,
    import_.c.rows,
    import_.c.rows_done,
)


def _name(import_id: UUID) -> str:
    return f"import/{import_id}"


def _import(row: Any) -> Import:
    return Import(
        import_id=row.import_id,
        imported_by=row.imported_by,
        content_type=row.content_type,
        state=ImportState(row.state),
        reason=row.reason,
        rows=row.rows,
        rows_done=row.rows_done,
    )
