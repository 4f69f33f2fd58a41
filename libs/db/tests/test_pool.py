"""Connections that died while they rested are replaced before anybody gets them."""

from __future__ import annotations

import psycopg
import pytest
import sqlalchemy
from sqlalchemy.exc import OperationalError

import libs.db.database
from libs.db import Database
from libs.db.database import plain_url
from tests.support.postgres import FreshDatabase

_ME = sqlalchemy.text("SELECT pg_backend_pid()")


def backend(database: Database) -> int:
    """Return the server process behind the pool's one connection."""
    with database.transaction() as connection:
        return int(connection.scalar(_ME) or 0)


def end(database: Database, pid: int) -> None:
    """End a session as a restart of the server would."""
    with psycopg.connect(plain_url(database.url), autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(%s)", [pid])


def test_a_connection_that_died_at_rest_is_replaced(
    fresh_database: FreshDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(libs.db.database, "REST_SECONDS", 0.0)
    database = Database(fresh_database("bus").app, pool_max=1)
    first = backend(database)

    end(database, first)

    assert backend(database) != first
    database.dispose()


def test_a_connection_in_use_is_not_asked_again_and_its_death_costs_one_error(fresh_database: FreshDatabase) -> None:
    database = Database(fresh_database("bus").app, pool_max=1)
    first = backend(database)
    assert backend(database) == first

    end(database, first)
    with pytest.raises(OperationalError):
        backend(database)

    assert backend(database) != first
    database.dispose()
