"""Statements of SQLAlchemy Core that are compiled once and then run by the driver itself.

SQLAlchemy finds out at every execution which compiled text a statement has, which takes the processor several times as
long as running it. A `Prepared` statement knows. It is for what every command and every event passes through; what is
built anew each time, or runs seldom, is executed as usual.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import BaseRowFactory, dict_row, namedtuple_row, scalar_row, tuple_row
from sqlalchemy import ClauseElement
from sqlalchemy.dialects.postgresql import ARRAY, psycopg as dialects
from sqlalchemy.engine import Connection
from sqlalchemy.types import TypeEngine

from libs.db.driver import driver_connection, translate_driver_errors

Terms = Mapping[str, Any]

_DIALECT = dialects.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy does not type its dialects


def text_of(statement: ClauseElement) -> str:
    """Return a statement as the driver takes it, with its values by name: `%(name)s`."""
    return str(statement.compile(dialect=_DIALECT))


class _Compiled(NamedTuple):
    text: str
    fixed: Mapping[str, Any]
    converted: tuple[tuple[str, Callable[[Any], Any]], ...]


class Prepared:
    """One statement whose values are given by name at each execution; its text never changes.

    Each way to run it raises DBAPIError when the database refuses it or is away (see TRANSIENT).
    """

    def __init__(self, statement: ClauseElement) -> None:
        """Keep the statement; it is compiled at its first execution, whose names tell which columns are written."""
        self._statement = statement
        self._compiled: _Compiled | None = None

    def rows(self, connection: Connection, terms: Terms | None = None) -> list[Any]:
        """Return all rows, with their columns as attributes."""
        return self._run(connection, terms, namedtuple_row).fetchall()

    def first(self, connection: Connection, terms: Terms | None = None) -> Any:
        """Return the first row, with its columns as attributes; None where there is none."""
        return self._run(connection, terms, namedtuple_row).fetchone()

    def mappings(self, connection: Connection, terms: Terms | None = None) -> list[dict[str, Any]]:
        """Return all rows, each by the names of its columns."""
        return self._run(connection, terms, dict_row).fetchall()

    def scalars(self, connection: Connection, terms: Terms | None = None) -> list[Any]:
        """Return the first column of all rows."""
        return self._run(connection, terms, scalar_row).fetchall()

    def scalar(self, connection: Connection, terms: Terms | None = None) -> Any:
        """Return the first column of the first row; None where there is none."""
        return self._run(connection, terms, scalar_row).fetchone()

    def send(self, connection: Connection, terms: Terms | None = None) -> psycopg.Cursor[dict[str, Any]]:
        """Run it inside a pipeline; the cursor has all rows, each by the names of its columns, when that is left."""
        return self._run(connection, terms, dict_row)

    def ask(self, connection: Connection, terms: Terms | None = None) -> psycopg.Cursor[Any]:
        """Ask inside `pipelined`; the rows, with their columns as attributes, are there when that is left."""
        return self._run(connection, terms, namedtuple_row)

    def change(self, connection: Connection, terms: Terms | None = None) -> int:
        """Return how many rows were written."""
        return self._run(connection, terms, tuple_row).rowcount

    def change_all(self, connection: Connection, many: Sequence[Terms]) -> None:
        """Write with each of several terms, which name the same columns, in one trip."""
        if not many:
            return
        bound = [self._bound(terms) for terms in many]
        with translate_driver_errors():
            driver_connection(connection).cursor().executemany(bound[0][0], [values for _, values in bound])

    def _run(self, connection: Connection, terms: Terms | None, factory: BaseRowFactory[Any]) -> psycopg.Cursor[Any]:
        text, values = self._bound(terms or {})
        with translate_driver_errors():
            cursor = driver_connection(connection).cursor(row_factory=factory)
            return cursor.execute(text, values)

    def _bound(self, terms: Terms) -> tuple[str, dict[str, Any]]:
        if self._compiled is None:
            self._compiled = self._compile(list(terms))  # Set as a whole: threads may come here together.
        text, fixed, converted = self._compiled
        values = {**fixed, **terms}
        for name, convert in converted:
            values[name] = convert(values[name])
        return text, values

    def _compile(self, names: list[str]) -> _Compiled:
        fixed: dict[str, Any] = {}
        converted: list[tuple[str, Callable[[Any], Any]]] = []
        compiled = self._statement.compile(dialect=_DIALECT, column_keys=names)
        for bind, name in compiled.bind_names.items():  # type: ignore[attr-defined]  # every SQL statement has them
            if not bind.required:
                fixed[name] = bind.effective_value
            convert = _implementation(bind.type).bind_processor(_DIALECT)
            if convert is not None:
                converted.append((name, convert))
        for column in getattr(self._statement, "selected_columns", ()):
            loads = _implementation(column.type).result_processor(_DIALECT, None)
            assert loads is None, f"{column} is not what the driver returns: execute this with SQLAlchemy"
        return _Compiled(str(compiled), fixed, tuple(converted))


def _implementation(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """Return what converts values of a type; the driver knows lists by itself."""
    return (kind.item_type if isinstance(kind, ARRAY) else kind).dialect_impl(_DIALECT)
