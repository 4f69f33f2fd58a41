"""Fill tables by COPY, each index made after its table is full."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg import sql

from libs.db.database import plain_url

ROWS_AT_ONCE = 2_000
NULL = "\\N"
Row = Sequence[Any]


@contextlib.contextmanager
def filling(url: str) -> Iterator[psycopg.Connection[Any]]:
    """Give a connection to a database without its indexes, which are made again at the end, and its figures with them.

    `url` is that of the superuser.
    """
    with psycopg.connect(plain_url(url), autocommit=True) as connection:
        indexes = connection.execute(_PLAIN_INDEXES).fetchall()
        connection.execute("SET session_replication_role = replica")  # No row's references are looked up.
        connection.execute("SET maintenance_work_mem = '256MB'")
        for name, _ in indexes:
            connection.execute(sql.SQL("DROP INDEX {}").format(sql.SQL(name)))
        yield connection
        for _, made in indexes:
            connection.execute(made)
        connection.execute("VACUUM ANALYZE")


# Those that no key and no constraint needs.
_PLAIN_INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index i
    JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname IN ('public', 'journal') AND c.relkind = 'r' AND NOT c.relispartition
        AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)"""


def copy(connection: psycopg.Connection[Any], table: str, columns: str, rows: Iterable[Row]) -> int:
    """Write rows into the named columns of a table; return how many."""
    count = 0
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as target:
        lines: list[str] = []
        for row in rows:
            lines.append("\t".join([_text(value) for value in row]))
            if len(lines) == ROWS_AT_ONCE:
                count += len(lines)
                target.write("\n".join(lines) + "\n")
                lines = []
        count += len(lines)
        target.write("".join(f"{line}\n" for line in lines))
    return count


def _text(value: object) -> str:
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, bytes):
        return "\\\\x" + value.hex()
    if isinstance(value, (list, tuple)):
        return "{" + ",".join(map(str, value)) + "}"
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)
