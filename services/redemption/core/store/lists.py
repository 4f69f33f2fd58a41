"""Lists declared: what a list selects, whose rows are whose, what narrows it, and its order; and reads of one row."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from libs.http.pages import Cursor, an_id, an_instant

Row = dict[str, Any]
UNITS_BELOW = """
    WITH RECURSIVE below AS (
        SELECT unit_id FROM unit WHERE unit_id = :unit
        UNION ALL SELECT unit.unit_id FROM unit JOIN below ON unit.parent_id = below.unit_id
    ) SELECT unit_id FROM below"""
PEOPLE_BELOW = f"SELECT person_id FROM person WHERE home_unit_id IN ({UNITS_BELOW})"


@dataclass(frozen=True)
class Listing:
    """One list, newest first; `narrowed` says for each field of its query, where it is given, which rows are left."""

    select: str
    at: str
    key: str
    narrowed: Mapping[str, str]

    def page(self, connection: Connection, query: Mapping[str, Any], **found: object) -> Row:
        """Return a page of what a query asks for; `found` is what stands for a field of it.

        Raises:
            CursorInvalidError: not a cursor of this list.
        """
        cursor = Cursor(**{_bare(self.at): an_instant, _bare(self.key): an_id})
        asked = {name: found[name] if name in found else query[name] for name in self.narrowed}
        terms: Row = {name: value for name, value in asked.items() if value is not None}
        conditions = [self.narrowed[name] for name in terms]
        before, limit = cursor.read(query["cursor"]), query["limit"]
        if before is not None:
            conditions.append(f"({self.at}, {self.key}) < (:before_at, :before_id)")
            terms |= {"before_at": before[0], "before_id": before[1]}
        where = " AND ".join(conditions) or "true"
        text = f"{self.select} WHERE {where} ORDER BY {self.at} DESC, {self.key} DESC LIMIT :rows"
        rows = connection.execute(sa.text(text), terms | {"rows": limit + 1}).mappings()
        return cursor.page([dict(row) for row in rows], limit=limit)

    def find(self, connection: Connection, identity: UUID) -> Row | None:
        """Return one of the rows that the list is of."""
        row = connection.execute(sa.text(f"{self.select} WHERE {self.key} = :id"), {"id": identity}).mappings().first()
        return dict(row) if row else None


def _bare(column: str) -> str:
    return column.rpartition(".")[2]


def decided(connection: Connection, questions: Iterable[str], ids: Iterable[UUID]) -> Mapping[UUID, dict[str, object]]:
    """Return those of the ids that wait for nothing any more, by the questions of all features in one statement."""
    rows = connection.execute(sa.text(" UNION ALL ".join(questions)), {"ids": list(ids)})
    return {row.id: {"state": row.state} for row in rows}
