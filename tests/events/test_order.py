"""Positions are given out in the order of commits, without gaps; the tempting cursor loses rows."""

from __future__ import annotations

import collections
import random
import subprocess
import sys
import time
from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy

from libs.db import Database
from libs.db.embedded import EmbeddedPostgres
from libs.outbox import append
from tests.events.writers import CONTROL, TOPIC, event
from tests.support.postgres import DatabaseFactory, running_server

SEED = 20261122
WRITERS = 4
KILLS = 5
EVENTS_BETWEEN_KILLS = 60
EVENTS = 400
SECONDS_MAX = 60.0


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    """A server that remembers when each transaction was committed."""
    with running_server({"track_commit_timestamp": "on"}) as server:
        yield server


@pytest.fixture
def commit_times(server: EmbeddedPostgres) -> Iterator[str]:
    """The sample service's database there."""
    factory = DatabaseFactory(server)
    name, urls = factory.create("sample")
    yield urls.app
    factory.drop(name)


def test_the_tempting_cursor_skips_a_row_and_positions_do_not(commit_times: str) -> None:
    database = Database(commit_times)

    with database.transaction() as slow:
        slow.execute(CONTROL, {"writer": 1, "number": 1})
        append(slow, event(1, 1, "north"))
        with database.transaction() as quick:
            quick.execute(CONTROL, {"writer": 2, "number": 1})
            append(quick, event(2, 1, "north"))
        tempting_first, first = after_id(database, 0), after_position(database, 0)
    tempting_second, second = after_id(database, tempting_first[-1][0]), after_position(database, first[-1][0])

    assert [row[1] for row in tempting_first + tempting_second] == [2]
    assert [row[1] for row in first + second] == [b"2:1", b"1:1"]
    database.dispose()


def test_order_of_positions_is_order_of_commits_under_writers_that_dawdle_roll_back_and_die(commit_times: str) -> None:
    print(f"seed {SEED}")
    rng = random.Random(SEED)
    database = Database(commit_times)
    writers = [start_writer(commit_times, number, SEED + number) for number in range(WRITERS)]
    seen: dict[str, list[int]] = collections.defaultdict(list)
    kills, end = 0, time.monotonic() + SECONDS_MAX

    while sum(map(len, seen.values())) < EVENTS and time.monotonic() < end:
        time.sleep(0.02)
        follow(database, seen)
        # By progress, not by time: on a busy machine a writer needs seconds to start.
        if sum(map(len, seen.values())) > EVENTS_BETWEEN_KILLS * (kills + 1):
            victim = rng.randrange(WRITERS)
            writers[victim].kill()
            writers[victim].wait()
            kills += 1
            writers[victim] = start_writer(commit_times, WRITERS + kills, SEED + WRITERS + kills)
    for writer in writers:
        writer.kill()
        writer.wait()
    time.sleep(0.5)
    follow(database, seen)

    assert kills >= KILLS
    assert sum(len(positions) for positions in seen.values()) >= EVENTS
    assert all(positions == list(range(1, len(positions) + 1)) for positions in seen.values())
    assert out_of_commit_order(commit_times) == 0
    assert committed_by_writers(database) == appended_by_writers(database)
    database.dispose()


def start_writer(url: str, number: int, seed: int) -> subprocess.Popen[bytes]:
    """Start one writer."""
    command = [sys.executable, "-m", "tests.events.writers", "write", url, str(number), str(seed), str(SECONDS_MAX)]
    return subprocess.Popen(command)


def follow(database: Database, seen: dict[str, list[int]]) -> None:
    """Read on as the relay does: positions after the last one seen, per stream."""
    with database.reading() as connection:
        for stream in ("north", "south"):
            last = seen[stream][-1] if seen[stream] else 0
            rows = connection.execute(
                sqlalchemy.text("SELECT pos FROM outbox WHERE topic = :t AND stream = :s AND pos > :p ORDER BY pos"),
                {"t": TOPIC, "s": stream, "p": last},
            )
            seen[stream] += [row[0] for row in rows]


def out_of_commit_order(url: str) -> int:
    """Return how many neighbours by position were committed the other way round, by the server's own times."""
    query = """
        SELECT count(*) FROM (
            SELECT pg_xact_commit_timestamp(xmin) AS at, lag(pg_xact_commit_timestamp(xmin))
                OVER (PARTITION BY topic, stream ORDER BY pos) AS before FROM outbox) AS pair
        WHERE at < before"""
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def committed_by_writers(database: Database) -> set[str]:
    """Return what the writers' transactions committed."""
    with database.reading() as connection:
        rows = connection.execute(sqlalchemy.text("SELECT writer || ':' || number FROM control_outbox"))
        return {row[0] for row in rows}


def appended_by_writers(database: Database) -> set[str]:
    """Return what is in the outbox."""
    with database.reading() as connection:
        return {row[0].decode() for row in connection.execute(sqlalchemy.text("SELECT payload FROM outbox"))}


def after_id(database: Database, last: int) -> list[tuple[int, int]]:
    """Read on as the tempting cursor does."""
    with database.reading() as connection:
        rows = connection.execute(
            sqlalchemy.text("SELECT id, writer FROM control_outbox WHERE id > :last ORDER BY id"), {"last": last}
        )
        return [(row[0], row[1]) for row in rows]


def after_position(database: Database, last: int) -> list[tuple[int, bytes]]:
    """Read on by position."""
    with database.reading() as connection:
        rows = connection.execute(
            sqlalchemy.text("SELECT pos, payload FROM outbox WHERE pos > :last ORDER BY pos"), {"last": last}
        )
        return [(row[0], row[1]) for row in rows]
