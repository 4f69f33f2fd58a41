"""A database is put back to an earlier point: nothing is lost in silence or counted twice, and a person is told."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from libs.db import Database
from libs.db.database import plain_url
from libs.db.embedded import EmbeddedPostgres
from libs.db.migrations import ROLES, grant_connect
from libs.inbox.epochs import accept_epoch, list_stream_epochs
from libs.inbox.operate import list_streams
from libs.outbox import OutboxSource, Stream
from libs.outbox.cursor import rewind
from libs.outbox.epochs import begin_epoch, list_epochs
from tests.events.world import World, until

PETRA = {"operator": "petra", "reason": "the disk of Tuesday was restored"}


class Points:
    """Copies of databases as they were, to be put back."""

    def __init__(self, server: EmbeddedPostgres) -> None:
        self._server = server
        self._kept: list[tuple[Database, str, str]] = []

    def keep(self, *databases: Database) -> None:
        """Keep these databases as they are now."""
        for database in databases:
            name = str(database.engine.url.database)
            self._copy(database, name, f"{name}_kept")
            self._kept.append((database, name, f"{name}_kept"))

    def put_back(self) -> None:
        """Put back what was kept."""
        for database, name, kept in self._kept:
            self._copy(database, kept, name)

    def forget(self) -> None:
        """Drop the copies."""
        with self._superuser() as connection:
            for _, _, kept in self._kept:
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(kept)))

    def _copy(self, database: Database, source: str, target: str) -> None:
        database.dispose()
        with self._superuser() as connection:
            ends = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ANY(%s)"
            connection.execute(ends, [[source, target]])
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(target)))
            clone = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY wal_log")
            connection.execute(clone.format(*map(sql.Identifier, (target, source, "sample_owner"))))
            grant_connect(connection, "sample", target, roles=ROLES)

    @contextlib.contextmanager
    def _superuser(self) -> Iterator[psycopg.Connection]:
        with psycopg.connect(plain_url(self._server.superuser_url()), autocommit=True) as connection:
            yield connection


@pytest.fixture
def points(postgres_server: EmbeddedPostgres) -> Iterator[Points]:
    """Copies of databases, dropped afterwards."""
    points = Points(postgres_server)
    yield points
    points.forget()


def tell(world: World, first: int, last: int) -> None:
    """Commit facts and states with these numbers in their bytes."""
    for number in range(first, last + 1):
        world.commit(world.fact(payload=str(number).encode()), world.state("p1", number, str(number).encode()))


def heard(world: World) -> list[bytes]:
    """Return the bytes of the facts that the hearer noted, in order."""
    with world.hearer.reading() as connection:
        rows = connection.exec_driver_sql("SELECT payload FROM applied ORDER BY number")
        return [bytes(row[0]) for row in rows]


def test_a_publisher_put_back_in_silence_publishes_nothing_and_says_why(world: World, points: Points) -> None:
    with world.relaying(), world.consuming():
        tell(world, 1, 3)
        world.settle()
    points.keep(world.publisher)
    with world.relaying(), world.consuming():
        tell(world, 4, 6)
        world.settle()
    points.put_back()

    with world.relaying() as relay, world.consuming():
        tell(world, 104, 105)
        assert until(lambda: relay.problem is not None)
        words, leads = relay.problem, relay.is_leader
        ends = sum(world.broker.end_offsets([world.facts]).values())

    assert words is not None
    assert "this database is older than what was published from it" in words
    assert not leads
    assert ends == 6, "what was committed after the restore waits"
    assert heard(world) == [str(number).encode() for number in range(1, 7)]


def test_a_publisher_put_back_to_nothing_publishes_nothing(world: World, points: Points) -> None:
    points.keep(world.publisher)
    with world.relaying():
        tell(world, 1, 2)
        assert until(lambda: world.unpublished() == 0)
    points.put_back()

    with world.relaying() as relay:
        assert until(lambda: relay.problem is not None)

    assert not relay.is_leader


def test_a_new_epoch_stops_who_heard_more_until_a_person_accepts_it(world: World, points: Points) -> None:
    with world.relaying(), world.consuming():
        tell(world, 1, 3)
        world.settle()
    points.keep(world.publisher)
    with world.relaying(), world.consuming():
        tell(world, 4, 6)
        world.settle()
    points.put_back()
    epoch = begin(world)

    with world.relaying(), world.consuming() as consumer:
        tell(world, 104, 107)
        assert until(lambda: consumer.stopped_because is not None)
        words = consumer.stopped_because
        assert until(lambda: len(stopped(world)) == 2)
        before = heard(world)
        accept(world, epoch)
        assert until(lambda: consumer.stopped_because is None and len(heard(world)) == 10)
        world.settle()

    assert words is not None
    assert f"timebank events accept {world.group}" in words
    assert before == [str(number).encode() for number in range(1, 7)]
    assert heard(world)[6:] == [b"104", b"105", b"106", b"107"]
    assert world.known() == {"p1": b"107"}
    with world.hearer.reading() as connection:
        assert {place.epoch for place in list_stream_epochs(connection)} == {2}


def test_a_hearer_put_back_hears_again_what_it_lacks(world: World, points: Points) -> None:
    with world.relaying(), world.consuming():
        tell(world, 1, 3)
        world.settle()
    points.keep(world.hearer)
    with world.relaying(), world.consuming():
        tell(world, 4, 6)
        world.settle()
    points.put_back()

    with world.relaying(), world.consuming():
        tell(world, 7, 8)
        assert until(lambda: len(heard(world)) == 8)
        world.settle()

    assert heard(world) == [str(number).encode() for number in range(1, 9)]
    assert world.known() == {"p1": b"8"}


def test_all_put_back_to_one_point_with_a_broker_that_knows_more(world: World, points: Points) -> None:
    with world.relaying(), world.consuming():
        tell(world, 1, 3)
        world.settle()
    with world.relaying():  # Told to the broker and not heard at the point.
        tell(world, 4, 5)
        assert until(lambda: world.unpublished() == 0)
    tell(world, 6, 6)  # Not even told.
    points.keep(world.publisher, world.hearer)
    with world.relaying(), world.consuming():
        tell(world, 7, 9)
        world.commit(world.fact("of-the-lost", payload=b"lost"))
        world.settle()
    points.put_back()
    epoch = begin(world)
    accept(world, epoch)

    with world.relaying(), world.consuming():
        tell(world, 107, 108)
        world.commit(world.fact("of-the-lost", payload=b"found"))
        assert until(lambda: len(heard(world)) == 9)
        world.settle()

    assert sorted(heard(world)) == sorted([b"1", b"2", b"3", b"4", b"5", b"6", b"107", b"108", b"found"])
    assert world.known() == {"p1": b"108"}
    assert stopped(world) == []


def begin(world: World) -> int:
    """Begin a new epoch of the publisher, as `timebank events adopt` does."""
    with world.publisher.transaction() as connection:
        return begin_epoch(connection, [OutboxSource()], relay="sample", above=1, **PETRA).number


def accept(world: World, epoch: int) -> None:
    """Have the hearer accept it, and the publisher tell again what was not applied."""
    with world.publisher.reading() as connection:
        heads = list_epochs(connection)[-1].heads
    for topic in (world.facts, world.states):
        of_topic = {stream.name: head for stream, head in heads.items() if stream.topic == topic}
        terms = {"group": world.group, "topic": topic, "epoch": epoch, "heads": of_topic}
        with world.hearer.transaction() as connection:
            positions = accept_epoch(connection, **terms, **PETRA)  # type: ignore[arg-type]  # one dictionary
        rewind_to(world, topic, positions)


def rewind_to(world: World, topic: str, positions: dict[str, int]) -> None:
    """Have the relay tell again what comes after these positions."""
    with world.publisher.transaction() as connection:
        for stream, position in positions.items():
            rewind(connection, "sample", Stream(topic, stream), position)


def stopped(world: World) -> list[str]:
    """Return the streams that have stopped."""
    with world.hearer.reading() as connection:
        return [at.stream for at in list_streams(connection, only_stopped=True)]
