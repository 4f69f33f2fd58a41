"""One relay leads; one that was paused writes nothing more, and undoes what it may have done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

import pytest
import sqlalchemy

from libs.bus import OutgoingRecord, Topic
from libs.bus.kafka import KafkaBroker
from libs.bus.postgres import PostgresBroker
from libs.db import Database
from libs.outbox import OutboxSource, append
from libs.outbox.cursor import StaleLeaderError, published_positions
from libs.outbox.relay import Leadership
from tests.events.world import World, until
from tests.events.writers import STREAMS, TOPIC, event
from tests.support.postgres import FreshDatabase


class PausedPublisher:
    """A publisher whose process is paused just before it sends."""

    def __init__(self, inner: object, meanwhile: Callable[[], None]) -> None:
        self._inner = inner
        self._meanwhile = meanwhile

    def publish(self, records: Sequence[OutgoingRecord]) -> None:
        """Let something happen meanwhile, wake up, and send as if nothing had."""
        self._meanwhile()
        self._inner.publish(records)  # type: ignore[attr-defined]

    def close(self) -> None:
        """Nothing is held."""


def lead(world: World, publisher: object | None = None) -> Leadership:
    """Begin an epoch without the lock, as a leader does whose session has timed out meanwhile."""
    connection = world.publisher.engine.connect()
    return Leadership(connection, publisher or world.broker.publisher("p"), "sample", [OutboxSource()])  # type: ignore[arg-type]


def test_a_leader_of_an_old_epoch_publishes_nothing(world: World) -> None:
    old = lead(world)
    new = lead(world)
    world.commit(world.fact(), world.fact())

    with pytest.raises(StaleLeaderError):
        old.relay_batch()
    published = sum(world.broker.end_offsets([world.facts]).values())
    moved = new.relay_batch()

    assert published == 0
    assert moved == 2


def test_a_leader_paused_while_sending_moves_no_cursor(world: World) -> None:
    world.commit(*[world.fact() for _ in range(4)])
    later: list[Leadership] = []

    def take_over() -> None:
        later.append(lead(world))
        later[0].relay_batch()
        world.commit(world.fact())

    old = lead(world, PausedPublisher(world.broker.publisher("p"), take_over))
    with pytest.raises(StaleLeaderError):
        old.relay_batch()

    with world.publisher.reading() as connection:
        assert list(published_positions(connection).values()) == [4]
    later[0].relay_batch()
    with world.consuming():
        world.settle()
    assert [position for _, position in world.applied()] == [1, 2, 3, 4, 5]


def test_an_old_state_sent_by_a_paused_leader_does_not_stay_the_last_one(world: World) -> None:
    world.commit(world.state("p1", 1, b"old"))

    def take_over() -> None:
        new = lead(world)
        new.relay_batch()
        world.commit(world.state("p1", 2, b"new"))
        new.relay_batch()

    old = lead(world, PausedPublisher(world.broker.publisher("p"), take_over))
    with pytest.raises(StaleLeaderError):
        old.relay_batch()
    lead(world).relay_batch()

    assert last_state(world) == b"new"


def last_state(world: World) -> bytes | None:
    """Return the last record on the state topic: what compaction keeps."""
    subscription = world.broker.subscribe(f"look-{world.name}", [world.states], member=world.name, session_seconds=3)
    values: list[bytes | None] = []
    total = sum(world.broker.end_offsets([world.states]).values())

    def read() -> bool:
        records = subscription.poll(records_max=100, timeout_seconds=0.2)
        values.extend(record.value for record in records)
        return len(values) >= (total if isinstance(world.broker, KafkaBroker) else 2)

    assert until(read)
    subscription.close()
    return values[-1]


def test_two_candidates_have_one_leader_and_the_other_takes_over(world: World) -> None:
    with world.relaying() as second:
        assert until(lambda: second.is_leader)
        with world.relaying() as first:
            world.commit(world.fact())
            assert until(lambda: world.unpublished() == 0)
            leaders = [first.is_leader, second.is_leader]
    with world.relaying() as third:
        assert until(lambda: third.is_leader, 5)

    assert leaders == [False, True]


def test_a_leader_stopped_longer_than_its_session_is_replaced_and_does_no_harm(fresh_database: FreshDatabase) -> None:
    url, bus_url = fresh_database("sample").app, fresh_database("bus").app
    broker, database = PostgresBroker(bus_url), Database(url)
    broker.declare_topics([Topic(TOPIC, partitions=2)])
    first = start_relay(url, bus_url)
    commit(database, 0, 20)
    assert until(lambda: published(database) == {20})

    os.kill(first.pid, signal.SIGSTOP)
    second = start_relay(url, bus_url)
    commit(database, 20, 20)
    taken_over = until(lambda: published(database) == {40})
    os.kill(first.pid, signal.SIGCONT)
    commit(database, 40, 20)
    complete = until(lambda: published(database) == {60})
    time.sleep(1)
    epoch = epochs(database)
    second.kill()
    commit(database, 60, 20)
    taken_back = until(lambda: published(database) == {80})
    for process in (first, second):
        process.kill()
        process.wait()
    # Paused between publishing and noting it, a leader leaves records that the next one publishes again.
    in_broker = sum(broker.end_offsets([TOPIC]).values())
    database.dispose()
    broker.close()

    assert taken_over
    assert complete
    assert taken_back
    assert epoch >= 2
    assert in_broker >= 160


def start_relay(url: str, bus_url: str) -> subprocess.Popen[bytes]:
    """Start a relay whose session ends after two silent seconds."""
    return subprocess.Popen([sys.executable, "-m", "tests.events.writers", "relay", url, bus_url, "2"])


def commit(database: Database, first: int, count: int) -> None:
    """Commit events one by one to each stream."""
    for number in range(first, first + count):
        with database.transaction() as connection:
            for stream in STREAMS:
                append(connection, event(1, number, stream))


def published(database: Database) -> set[int]:
    """Return up to where the streams are published: one number when all are equally far."""
    with database.reading() as connection:
        return set(published_positions(connection).values())


def epochs(database: Database) -> int:
    """Return the epoch of today."""
    with database.reading() as connection:
        return int(connection.scalar(sqlalchemy.text("SELECT epoch FROM outbox_leader")) or 0)
