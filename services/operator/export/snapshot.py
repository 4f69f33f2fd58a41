"""One moment of a service's database, of which everything that is exported of it is."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
import sqlalchemy
from sqlalchemy.engine import Connection

from libs.db.database import driver_url, plain_url
from libs.db.driver import driver_connection, run
from libs.outbox.epochs import all_heads, current_epoch
from services.operator.adopting import sources_of
from services.operator.export.files import Column
from services.operator.export.tables import Exported

ROWS_AT_ONCE, CHARACTERS_AT_ONCE = 2000, 2**20
"""How much of a table is held in memory: as many rows as that, or what is reached first, and one row more."""
OPTIONS = "-c timezone=UTC -c statement_timeout=0 -c idle_in_transaction_session_timeout=0 -c jit=off"
COLUMNS = """
    SELECT a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_attribute a
    WHERE a.attrelid = %(table)s::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"""
KEY = """
    SELECT a.attname FROM pg_index i, unnest(i.indkey::int2[]) WITH ORDINALITY AS k (number, place)
    JOIN pg_attribute a ON a.attnum = k.number
    WHERE i.indrelid = %(table)s::regclass AND a.attrelid = i.indrelid AND i.indisprimary ORDER BY k.place"""


@dataclasses.dataclass(frozen=True)
class Moment:
    """Of when a service's part of an export is, and how far its events had come then."""

    at: str
    migration: str
    epoch: int
    heads: dict[str, int]
    heard: dict[str, int]


class SealedRow(NamedTuple):
    """A row with something sealed in it, and the key it was sealed with."""

    row: str
    sealed: bytes | None
    owner: UUID
    wrapped: bytes | None
    master_key_id: str | None


class Book(NamedTuple):
    """A book of the ledger, and how many rows it has at the moment."""

    number: int
    district_id: UUID
    rows: int


class Snapshot:
    """A database as it is at one moment, however long it is read."""

    def __init__(self, service: str, connection: Connection) -> None:
        self._service, self.connection = service, connection
        self._raw: psycopg.Connection[Any] = driver_connection(connection)

    def begin(self) -> None:
        """Make the moment: the first statement does."""
        run(self.connection, "SELECT 1")

    def moment(self) -> Moment:
        """Return when that is."""
        row = run(self.connection, "SELECT now()::text, (SELECT version_num FROM alembic_version)").fetchone()
        assert row is not None
        heads = all_heads(self.connection, sources_of(self._service))
        heard = run(self.connection, "SELECT topic, stream, position FROM inbox_position WHERE group_name = %(group)s",
                    {"group": self._service}).fetchall()  # fmt: skip
        return Moment(
            at=row[0],
            migration=row[1],
            epoch=current_epoch(self.connection),
            heads={f"{stream.topic} {stream.name}": head for stream, head in sorted(heads.items())},
            heard={f"{topic} {stream}": position for topic, stream, position in sorted(heard)},
        )

    def heard_epochs(self) -> dict[str, int]:
        """Return of which life of its publisher's database each stream was heard, by the names of `heard`."""
        query = "SELECT topic, stream, epoch FROM inbox_position WHERE group_name = %(group)s"
        rows = run(self.connection, query, {"group": self._service}).fetchall()
        return {f"{topic} {stream}": epoch for topic, stream, epoch in rows}

    def columns(self, table: str) -> list[Column]:
        """Return the columns of a table with their types."""
        return [Column(name, kind) for name, kind in run(self.connection, COLUMNS, {"table": _quoted(table)})]

    def rows(self, table: Exported, columns: list[Column]) -> Iterator[list[str]]:
        """Yield the rows of a table as JSON, some at a time, in the order of its key."""
        names = ", ".join(f't."{column.name}"' for column in columns)
        query = f"SELECT row_to_json(r)::text FROM (SELECT {names} FROM {_quoted(table.name)} t {self._order(table)}) r"
        for some in self._stream(query, ["text"]):
            yield [row for (row,) in some]

    def sealed_rows(self, table: Exported, columns: list[Column]) -> Iterator[list[SealedRow]]:
        """Yield the rows of a table in which something is sealed, with the keys."""
        names = ", ".join(f't."{column.name}"' for column in columns)
        query = f"""SELECT (SELECT row_to_json(r)::text FROM (SELECT {names}) r), t.{table.sealed},
            t.{table.sealed_of}, k.wrapped, k.master_key_id
            FROM {_quoted(table.name)} t LEFT JOIN person_key k ON k.person_id = t.{table.sealed_of}
            {self._order(table)}"""
        for some in self._stream(query, ["text", "bytea", "uuid", "bytea", "text"]):
            yield [SealedRow._make(row) for row in some]

    def books(self) -> list[Book]:
        """Return the books of the ledger."""
        query = """SELECT book, district_id, coalesce((SELECT max(pos) FROM journal.entry e WHERE e.book = b.book), 0)
            FROM journal.book b ORDER BY book"""
        return [Book._make(row) for row in run(self.connection, query)]

    def entries(self, book: Book, *, after: int) -> Iterator[bytes]:
        """Yield the rows of a book behind a position as CSV, many lines at a time."""
        names = ", ".join(
            f"encode({column.name}, 'hex')" if column.type == "bytea" else column.name
            for column in self.columns("journal.entry")
        )
        query = f"""COPY (SELECT {names} FROM journal.entry WHERE book = {book.number} AND pos > {int(after)}
            ORDER BY pos) TO STDOUT (FORMAT csv)"""
        with self._raw.cursor().copy(query.encode()) as copy:
            for piece in copy:
                yield bytes(piece)

    def _order(self, table: Exported) -> str:
        key = [name for (name,) in run(self.connection, KEY, {"table": _quoted(table.name)})]
        assert key, f"{table.name} has a primary key"
        return "ORDER BY " + ", ".join(f't."{name}"' for name in key)

    def _stream(self, query: str, types: list[str]) -> Iterator[list[tuple[Any, ...]]]:
        """Yield rows as they come; a cursor would hold as many of a wide table as of a narrow one."""
        with self._raw.cursor().copy(f"COPY ({query}) TO STDOUT".encode()) as copy:
            copy.set_types(types)
            some, size = [], 0
            for row in copy.rows():
                some.append(row)
                size += sum(len(value) for value in row if isinstance(value, (str, bytes)))
                if len(some) == ROWS_AT_ONCE or size >= CHARACTERS_AT_ONCE:
                    yield some
                    some, size = [], 0
            if some:
                yield some


@contextlib.contextmanager
def snapshot(service: str, url: str) -> Iterator[Snapshot]:
    """Give a database as it is at one moment; nothing can be written through it."""
    engine = sqlalchemy.create_engine(
        driver_url(plain_url(url)),
        poolclass=sqlalchemy.NullPool,
        hide_parameters=True,
        connect_args={"application_name": "timebank export", "options": OPTIONS},
        isolation_level="REPEATABLE READ",
    )
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text("SET TRANSACTION READ ONLY"))
        yield Snapshot(service, connection)


def _quoted(table: str) -> str:
    return ".".join(f'"{part}"' for part in table.split("."))
