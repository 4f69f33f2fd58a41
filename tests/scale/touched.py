"""What a read touches: rows of each table and entries of each index, scans of whole tables, and its statements."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from libs.db.driver import driver_connection

# Of this session, not yet told to the server: whatever is sent by whatever way.
_COUNTED = sa.text("""
    SELECT c.relname, c.relkind = 'r' AS is_table, pg_stat_get_xact_numscans(c.oid) AS scans,
        pg_stat_get_xact_tuples_returned(c.oid) AS returned, pg_stat_get_xact_tuples_fetched(c.oid) AS fetched
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname IN ('public', 'journal') AND c.relkind IN ('r', 'i')""")


@dataclass
class Touched:
    """`rows` of tables and `entries` of indexes that were read; `scanned` = rows of tables that were read whole."""

    rows: int = 0
    entries: int = 0
    scanned: dict[str, int] = field(default_factory=dict)

    @property
    def all(self) -> int:
        """All that was looked at."""
        return self.rows + self.entries + sum(self.scanned.values())


def touched_by(connection: Connection, look: Callable[[Connection], object]) -> Touched:
    """Run a read and return what it touched."""
    before = _counts(connection)
    look(connection)
    touched = Touched()
    for (name, is_table), counts in _counts(connection).items():
        scans, returned, fetched = (now - then for now, then in zip(counts, before[name, is_table], strict=True))
        if not is_table:
            touched.entries += returned
        elif scans and returned:
            touched.scanned[name] = returned
        else:
            touched.rows += fetched
    return touched


def _counts(connection: Connection) -> dict[tuple[str, bool], tuple[int, int, int]]:
    rows = connection.execute(_COUNTED)
    return {
        (name, is_table): (scans or 0, returned or 0, fetched or 0) for name, is_table, scans, returned, fetched in rows
    }


@contextlib.contextmanager
def statements() -> Iterator[list[tuple[Any, Any]]]:
    """Remember each statement that is sent inside, with its values."""
    sent: list[tuple[Any, Any]] = []
    execute = psycopg.Cursor.execute

    def remember(self: Any, query: Any, params: Any = None, **options: Any) -> Any:
        sent.append((query, params))
        return execute(self, query, params, **options)

    psycopg.Cursor.execute = remember  # type: ignore[method-assign]
    try:
        yield sent
    finally:
        psycopg.Cursor.execute = execute  # type: ignore[method-assign]


def plan_of(connection: Connection, query: Any, params: Any) -> list[str]:
    """Return a statement's plan as PostgreSQL ran it."""
    text = query.decode() if isinstance(query, bytes) else str(query)
    cursor = driver_connection(connection).execute(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) {text}", params)
    return [str(line) for (line,) in cursor.fetchall()]
