"""The tables of a service's database, read whole by who may only read, and written by who owns them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from graphlib import TopologicalSorter
from typing import Any

import psycopg
from psycopg import sql

from services.operator.backup.place import Partition, Table

# What the migrations made, but for the parts of tables: a part's rows are its table's.
_OURS = "n.nspname NOT IN ('pg_catalog', 'information_schema', 'ddl_watch') AND n.nspname !~ '^pg_'"
_TABLES = f"""
    SELECT n.nspname || '.' || c.relname, array_agg(a.attname::text ORDER BY a.attnum)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND {_OURS}
    GROUP BY n.nspname, c.relname ORDER BY n.nspname, c.relname"""
_PARTITIONS = f"""
    SELECT n.nspname || '.' || c.relname, p.nspname || '.' || o.relname, pg_get_expr(c.relpartbound, c.oid)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_inherits i ON i.inhrelid = c.oid JOIN pg_class o ON o.oid = i.inhparent
    JOIN pg_namespace p ON p.oid = o.relnamespace
    WHERE c.relkind = 'r' AND c.relispartition AND {_OURS} ORDER BY 1"""
_REFERENCES = """
    SELECT n.nspname || '.' || c.relname, p.nspname || '.' || o.relname FROM pg_constraint f
    JOIN pg_class c ON c.oid = f.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_class o ON o.oid = f.confrelid JOIN pg_namespace p ON p.oid = o.relnamespace
    WHERE f.contype = 'f' AND f.conparentid = 0 AND f.conrelid <> f.confrelid"""
_COUNTED = f"""
    SELECT n.nspname || '.' || c.relname, a.attname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attidentity <> ''
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND {_OURS}"""
Raw = psycopg.Connection[Any]


def tables_of(connection: Raw) -> dict[str, tuple[str, ...]]:
    """Return each table of a service with its columns, those aside that follow from others."""
    return {name: tuple(columns) for name, columns in connection.execute(_TABLES.encode())}


def partitions_of(connection: Raw) -> tuple[Partition, ...]:
    """Return the parts of those tables that have some."""
    return tuple(Partition(*row) for row in connection.execute(_PARTITIONS.encode()))


def migrations_of(connection: Raw) -> dict[str, str]:
    """Return the migrations that a database has had, with the SHA-256 of each."""
    return dict(connection.execute("SELECT revision, sha256 FROM applied_migration ORDER BY revision").fetchall())


def read_table(connection: Raw, name: str, columns: Sequence[str]) -> Iterator[bytes]:
    """Yield the rows of a table as COPY tells them."""
    query = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT").format(_listed(columns), _identifier(name))
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        for piece in copy:
            yield bytes(piece)


def write_table(connection: Raw, table: Table, pieces: Iterable[bytes]) -> int:
    """Add the rows of a table; return how many there were."""
    query = sql.SQL("COPY {} ({}) FROM STDIN").format(_identifier(table.name), _listed(table.columns))
    with connection.cursor() as cursor:
        with cursor.copy(query) as copy:
            for piece in pieces:
                copy.write(piece)
        return cursor.rowcount


def empty_tables(connection: Raw) -> None:
    """Take away what migrations have put into tables."""
    for name in reversed(in_order(connection, tables_of(connection))):
        row = connection.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(_identifier(name))).fetchone()
        if row is not None and row[0]:  # What may never be emptied is empty.
            connection.execute(sql.SQL("DELETE FROM {}").format(_identifier(name)))


def make_partitions(connection: Raw, wanted: Iterable[Partition]) -> None:
    """Make those parts of tables that are not there."""
    there = {partition.table for partition in partitions_of(connection)}
    for partition in wanted:
        if partition.table not in there:
            query = sql.SQL("CREATE TABLE {} PARTITION OF {} {}").format(
                _identifier(partition.table), _identifier(partition.of), sql.SQL(partition.bounds)
            )
            connection.execute(query)


def count_on(connection: Raw) -> None:
    """Have columns that count by themselves go on after the highest number that is there."""
    for name, column in connection.execute(_COUNTED.encode()).fetchall():
        query = sql.SQL(
            "SELECT setval(pg_get_serial_sequence({}, {}), highest) FROM (SELECT max({}) AS highest FROM {}) h "
            "WHERE highest > 0"
        )
        connection.execute(
            query.format(sql.Literal(name), sql.Literal(column), sql.Identifier(column), _identifier(name))
        )


def in_order(connection: Raw, names: Iterable[str]) -> list[str]:
    """Return tables so that each comes after those that it refers to."""
    sorter = TopologicalSorter(dict.fromkeys(names, ()))
    for name, referred in connection.execute(_REFERENCES):
        sorter.add(name, referred)
    return [*sorter.static_order()]


def _identifier(name: str) -> sql.Identifier:
    return sql.Identifier(*name.split(".", 1))


def _listed(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))
