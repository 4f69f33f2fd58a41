"""What a transaction writes last goes with its commit: all of it is there, or nothing is and the caller is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.exc import DataError, OperationalError

from libs.db import Connection, Database, after_commit, collect
from libs.db.driver import run, scalar
from tests.support.postgres import FreshDatabase

WRITE = "INSERT INTO outbox_stream (topic, stream, last_pos) VALUES ('t', %(stream)s, %(last)s::bigint)"


class Woken:
    """Counts how often it was called."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> None:
        self.times += 1


@pytest.fixture
def woken() -> Woken:
    """Who is told of commits."""
    return Woken()


@pytest.fixture
def database(fresh_database: FreshDatabase, woken: Woken) -> Iterator[Database]:
    """A publisher's database with one connection."""
    database = Database(fresh_database("sample").app, pool_max=1, wake=woken)
    yield database
    database.dispose()


def write_all(connection: Connection, entries: list[tuple[str, str]]) -> None:
    """Write what was collected."""
    for stream, last in entries:
        run(connection, WRITE, {"stream": stream, "last": last})


def end_session(connection: Connection, entries: list[str]) -> None:
    """Write something, and lose the session before the commit."""
    write_all(connection, [(entry, "1") for entry in entries])
    run(connection, "SELECT pg_terminate_backend(pg_backend_pid())")


def streams(database: Database) -> int:
    """How many streams were written."""
    with database.reading() as connection:
        return int(scalar(connection, "SELECT count(*) FROM outbox_stream"))


def test_what_was_collected_is_written_with_the_commit(database: Database, woken: Woken) -> None:
    told = Woken()
    with database.transaction() as connection:
        collect(connection, write_all, ("north", "1"))
        collect(connection, write_all, ("south", "2"))
        after_commit(connection, told)
        before = scalar(connection, "SELECT count(*) FROM outbox_stream")

    assert before == 0
    assert streams(database) == 2
    assert (told.times, woken.times) == (1, 1)


def test_a_last_statement_that_fails_leaves_nothing_and_is_told(database: Database, woken: Woken) -> None:
    told = Woken()
    with pytest.raises(DataError, match="invalid input syntax"), database.transaction() as connection:
        run(connection, WRITE, {"stream": "before", "last": "1"})
        after_commit(connection, told)
        collect(connection, write_all, ("north", "1"))
        collect(connection, write_all, ("south", "many"))

    assert streams(database) == 0
    assert (told.times, woken.times) == (0, 0)
    with database.transaction() as connection:  # The connection is as good as new.
        collect(connection, write_all, ("north", "1"))
    assert streams(database) == 1


def test_a_session_lost_at_the_commit_is_told_and_replaced(database: Database, woken: Woken) -> None:
    with pytest.raises(OperationalError), database.transaction() as connection:
        collect(connection, end_session, "north")

    assert woken.times == 0
    assert streams(database) == 0
