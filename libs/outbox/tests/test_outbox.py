"""Events get gapless positions in the order of commits, or none at all."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
import sqlalchemy
from sqlalchemy.exc import DBAPIError

from libs.db import Database, savepoint
from libs.ids import new_id
from libs.outbox import OutgoingEvent, append
from libs.outbox.outbox import PAYLOAD_BYTES_MAX, OversizeEventError
from tests.support.postgres import FreshDatabase


def event(stream: str = "north", *, payload: bytes | None = b"x", version: int | None = None) -> OutgoingEvent:
    """Return an event of the sample service."""
    return OutgoingEvent(
        event_id=new_id(),
        event_type="sample.v1.Happened",
        topic="sample.v1",
        stream=stream,
        key=stream,
        subject="s1",
        payload=payload,
        occurred_at=datetime(2026, 3, 1, tzinfo=UTC),
        version=version,
    )


def positions(database: Database) -> list[tuple[str, int, bytes]]:
    """Return what the outbox holds."""
    with database.reading() as connection:
        rows = connection.execute(sqlalchemy.text("SELECT stream, pos, payload FROM outbox ORDER BY stream, pos"))
        return [tuple(row) for row in rows]


def test_positions_follow_the_order_of_appends_in_each_stream(
    fresh_database: FreshDatabase,
) -> None:
    database = Database(fresh_database("sample").app)

    with database.transaction() as connection:
        for stream, payload in [("north", b"1"), ("south", b"2"), ("north", b"3")]:
            append(connection, event(stream, payload=payload))
    with database.transaction() as connection:
        append(connection, event("north", payload=b"4"))

    assert positions(database) == [
        ("north", 1, b"1"),
        ("north", 2, b"3"),
        ("north", 3, b"4"),
        ("south", 1, b"2"),
    ]
    database.dispose()


def test_a_rollback_gives_its_positions_back(fresh_database: FreshDatabase) -> None:
    database = Database(fresh_database("sample").app)

    with pytest.raises(ZeroDivisionError), database.transaction() as connection:
        append(connection, event(payload=b"lost"))
        raise ZeroDivisionError
    with database.transaction() as connection:
        append(connection, event(payload=b"kept"))

    assert positions(database) == [("north", 1, b"kept")]
    database.dispose()


def test_a_savepoint_that_fails_forgets_its_events_only(
    fresh_database: FreshDatabase,
) -> None:
    database = Database(fresh_database("sample").app)

    with database.transaction() as connection:
        append(connection, event(payload=b"before"))
        with pytest.raises(ZeroDivisionError), savepoint(connection):
            append(connection, event(payload=b"inside"))
            raise ZeroDivisionError
        append(connection, event(payload=b"after"))

    assert [payload for _, _, payload in positions(database)] == [b"before", b"after"]
    database.dispose()


def test_the_relay_is_woken_after_the_commit_and_only_then(
    fresh_database: FreshDatabase,
) -> None:
    woken = threading.Event()
    database = Database(fresh_database("sample").app, wake=woken.set)

    with database.transaction() as connection:
        connection.execute(sqlalchemy.text("SELECT 1"))
    silent = not woken.is_set()
    with database.transaction() as connection:
        append(connection, event())
        inside = woken.is_set()

    assert silent
    assert not inside
    assert woken.is_set()
    database.dispose()


def test_an_oversize_event_is_refused_where_it_is_appended(
    fresh_database: FreshDatabase,
) -> None:
    database = Database(fresh_database("sample").app)

    with pytest.raises(OversizeEventError), database.transaction() as connection:
        append(connection, event(payload=b"x" * (PAYLOAD_BYTES_MAX + 1)))

    assert positions(database) == []
    database.dispose()


def test_a_reading_transaction_cannot_write(fresh_database: FreshDatabase) -> None:
    database = Database(fresh_database("sample").app)

    with pytest.raises(DBAPIError, match="read-only"), database.reading() as connection:
        connection.execute(sqlalchemy.text("INSERT INTO known (subject) VALUES ('x')"))

    database.dispose()


def test_the_role_of_the_service_may_not_change_the_schema(
    fresh_database: FreshDatabase,
) -> None:
    database = Database(fresh_database("sample").app)

    with (
        pytest.raises(DBAPIError, match="must be owner"),
        database.transaction() as connection,
    ):
        connection.execute(sqlalchemy.text("DROP TABLE outbox"))

    database.dispose()
