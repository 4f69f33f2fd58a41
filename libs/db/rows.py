"""Rows of a table by the values of some columns: the statements that stores share, each prepared once.

Rows come back with their columns as attributes (`find_row`), or by name from a `Prepared` of one's own.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import psycopg
import sqlalchemy
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import Connection

from libs.db.driver import run
from libs.db.prepared import Prepared

_CLAIM = "SELECT pg_advisory_xact_lock(hashtextextended(%(id)s, 14))"
KEY = "key_"  # Tells a value that a row is found by from one that it is given.


def find_row(connection: Connection, table: sqlalchemy.Table, *, for_update: bool = False, **key: object) -> Any:
    """Return the row with these values, its columns as attributes, or None; `for_update` locks it."""
    return _find(table, tuple(key), for_update).first(connection, _named(key))


def ask_row(
    connection: Connection, table: sqlalchemy.Table, *, for_update: bool = False, **key: object
) -> psycopg.Cursor[Any]:
    """Ask for that row inside `pipelined`; it is there when that is left."""
    return _find(table, tuple(key), for_update).ask(connection, _named(key))


def claim_row(connection: Connection, table: sqlalchemy.Table, **key: object) -> psycopg.Cursor[Any]:
    """Wait, inside `pipelined`, for whoever adds a row under this id, and ask for it: a row means that it is taken.

    Of two who choose one id at the same moment, the second finds what the first has added.
    """
    run(connection, _CLAIM, {"id": "/".join(map(str, key.values()))})
    return ask_row(connection, table, for_update=False, **key)


def add_row(connection: Connection, table: sqlalchemy.Table, row: Mapping[str, Any]) -> None:
    """Add a row."""
    _add(table, tuple(row)).change(connection, row)


def add_rows(connection: Connection, table: sqlalchemy.Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add rows."""
    for row in rows:
        add_row(connection, table, row)


def save_row(connection: Connection, table: sqlalchemy.Table, row: Mapping[str, Any]) -> None:
    """Add a row, or give the one with its primary key these values."""
    _save(table, tuple(row)).change(connection, row)


def change_rows(connection: Connection, table: sqlalchemy.Table, values: Mapping[str, Any], /, **key: object) -> int:
    """Give the rows with these values of the key others; return how many there were."""
    return _change(table, tuple(values), tuple(key)).change(connection, {**values, **_named(key)})


def change_each(
    connection: Connection, table: sqlalchemy.Table, changes: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]]
) -> None:
    """Give rows other values, each change its own values and the key of its row, in one trip."""
    alike: dict[Prepared, list[dict[str, Any]]] = defaultdict(list)
    for values, key in changes:
        alike[_change(table, tuple(values), tuple(key))].append({**values, **_named(key)})
    for statement, terms in alike.items():
        statement.change_all(connection, terms)


def delete_rows(connection: Connection, table: sqlalchemy.Table, **key: object) -> int:
    """Delete the rows with these values; return how many there were."""
    return _delete(table, tuple(key)).change(connection, _named(key))


def _named(key: Mapping[str, object]) -> dict[str, object]:
    return {KEY + name: value for name, value in key.items()}


@functools.cache
def _find(table: sqlalchemy.Table, key: tuple[str, ...], for_update: bool) -> Prepared:
    found = sqlalchemy.select(table).where(*_is(table, key))
    return Prepared(found.with_for_update() if for_update else found)


@functools.cache
def _add(table: sqlalchemy.Table, names: tuple[str, ...]) -> Prepared:
    return Prepared(insert(table).inline().values({name: sqlalchemy.bindparam(name) for name in names}))


@functools.cache
def _save(table: sqlalchemy.Table, names: tuple[str, ...]) -> Prepared:
    statement = insert(table).inline().values({name: sqlalchemy.bindparam(name) for name in names})
    keys = [column.name for column in table.primary_key]
    others = {name: statement.excluded[name] for name in names if name not in keys}
    if not others:
        return Prepared(statement.on_conflict_do_nothing(index_elements=keys))
    return Prepared(statement.on_conflict_do_update(index_elements=keys, set_=others))


@functools.cache
def _change(table: sqlalchemy.Table, names: tuple[str, ...], key: tuple[str, ...]) -> Prepared:
    changed = sqlalchemy.update(table).where(*_is(table, key))
    return Prepared(changed.values({name: sqlalchemy.bindparam(name) for name in names}))


@functools.cache
def _delete(table: sqlalchemy.Table, key: tuple[str, ...]) -> Prepared:
    return Prepared(sqlalchemy.delete(table).where(*_is(table, key)))


def _is(table: sqlalchemy.Table, key: tuple[str, ...]) -> list[sqlalchemy.ColumnElement[bool]]:
    return [table.c[name] == sqlalchemy.bindparam(KEY + name, type_=table.c[name].type) for name in key]
