"""Save and load what became of an import's rows."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from services.accounts.store.tables import import_, import_row


class ImportStore:
    """Imports of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, import_id: UUID, *, by: UUID, at: datetime) -> bool:
        """Save a new import; False when there is one with this id."""
        row = {"import_id": import_id, "imported_by": by, "imported_at": at}
        made = insert(import_).values(row).on_conflict_do_nothing().returning(import_.c.import_id)
        return self._connection.execute(made).first() is not None

    def add_row(self, import_id: UUID, row: int, person_id: UUID | None, code: str, fields: str) -> None:
        """Save what became of a row."""
        self._connection.execute(
            import_row.insert().values(import_id=import_id, row=row, person_id=person_id, code=code, fields=fields)
        )

    def importer(self, import_id: UUID) -> UUID | None:
        """Return who imported, or None."""
        found: UUID | None = self._connection.scalar(
            sa.select(import_.c.imported_by).where(import_.c.import_id == import_id)
        )
        return found

    def rows(self, import_id: UUID) -> list[tuple[int, UUID | None, str, str]]:
        """Return (row, person, code, fields) of every row."""
        query = sa.select(import_row).where(import_row.c.import_id == import_id).order_by(import_row.c.row)
        return [(row.row, row.person_id, row.code, row.fields) for row in self._connection.execute(query)]
