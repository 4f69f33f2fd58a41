"""Statements run by the driver itself: for the few that every event and every command passes through.

Through SQLAlchemy a statement costs the processor about twice its own price. What is run here is fixed text with
`%(name)s` for its parameters, belongs to the transaction of the SQLAlchemy connection it is given, and fails with
SQLAlchemy's errors.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import psycopg
import sqlalchemy
from sqlalchemy.engine import Connection


def run(connection: Connection, statement: str, terms: Mapping[str, Any] | None = None) -> psycopg.Cursor[Any]:
    """Run a statement and return the cursor with its rows.

    Raises:
        DBAPIError: the database refused it or is away (see TRANSIENT).
    """
    with translate_driver_errors():
        return driver_connection(connection).execute(statement, terms)


def scalar(connection: Connection, statement: str, terms: Mapping[str, Any] | None = None) -> Any:
    """Run a statement and return the first value of its first row; None where there is no row."""
    row = run(connection, statement, terms).fetchone()
    return row[0] if row else None


@contextlib.contextmanager
def pipelined(connection: Connection) -> Iterator[None]:
    """Send the statements run inside together; their rows are there when this is left, and so are their errors."""
    with translate_driver_errors(), driver_connection(connection).pipeline():
        yield


@contextlib.contextmanager
def translate_driver_errors() -> Iterator[None]:
    """Raise the driver's errors as SQLAlchemy's: whoever waits for a database that is away knows only those."""
    try:
        yield
    except psycopg.Error as error:
        raise sqlalchemy.exc.DBAPIError.instance(None, None, error, psycopg.Error) from error


def driver_connection(connection: Any) -> psycopg.Connection[Any]:
    """Return the psycopg connection under a SQLAlchemy connection, also for COPY and pipelines."""
    # Not `driver_connection`: a relay's connection is detached from the pool, and then there is none by that name.
    raw = connection.connection.dbapi_connection
    assert isinstance(raw, psycopg.Connection)
    return raw
