"""A consumer that is far behind catches up: nothing lost, nothing doubled, order kept, and not ready before."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
import sqlalchemy
from sqlalchemy.engine import Connection

from libs.bus.kafka import KafkaBroker
from libs.ids import new_id
from libs.inbox import Consumers, IncomingEvent
from libs.outbox.envelope import pack
from libs.outbox.source import StoredEvent
from tests.events.world import World, until

OCCURRED_AT = datetime(2026, 3, 1, tzinfo=UTC)
BEHIND = 100_000
BEHIND_ON_KAFKA = 20_000
STREAMS = 20
BATCH = 1000
CATCH_UP_SECONDS_MAX = 240.0


@pytest.mark.timeout(1200)
def test_a_consumer_far_behind_catches_up_with_every_event_once(world: World) -> None:
    on_kafka = isinstance(world.broker, KafkaBroker) and not os.environ.get("LONG_FAULTS")
    behind = BEHIND_ON_KAFKA if on_kafka else BEHIND
    publish(world, behind)
    consumers = Consumers([world.facts], {}, {"sample.v1.Happened": note_run})

    with world.consuming(consumers) as consumer:
        assert until(lambda: consumer.is_caught_up, CATCH_UP_SECONDS_MAX)
        rows_when_caught_up = count(world)

    assert rows_when_caught_up == behind
    with world.hearer.reading() as connection:
        rows = connection.execute(_SUMMARY).all()
    share = behind // STREAMS
    assert [tuple(row) for row in rows] == [(f"stream-{n:02}", share, 1, share, True) for n in range(STREAMS)]


def publish(world: World, count: int) -> None:
    """Put events straight on the topic, as a relay would."""
    publisher = world.broker.publisher("backlog")
    for first in range(0, count, BATCH):
        publisher.publish([pack(stored(world, number), 1) for number in range(first, first + BATCH)])
    publisher.close()


def stored(world: World, number: int) -> StoredEvent:
    """Return an event with the next position of its stream."""
    stream = f"stream-{number % STREAMS:02}"
    position = number // STREAMS + 1
    return StoredEvent(
        world.facts, stream, position, new_id(), "sample.v1.Happened", stream, "s", b"x", None, OCCURRED_AT
    )


def note_run(connection: Connection, events: Sequence[IncomingEvent]) -> None:
    """Write a run of events down."""
    driver = connection.connection.driver_connection
    assert driver is not None
    with driver.cursor() as cursor, cursor.copy(_NOTE) as copy:
        for event in events:
            copy.write_row((event.stream, event.position, event.subject, event.event_type, event.payload))


def count(world: World) -> int:
    """Return how many events have had their effect."""
    with world.hearer.reading() as connection:
        return int(connection.scalar(sqlalchemy.text("SELECT count(*) FROM applied")) or 0)


_NOTE = "COPY applied (stream, position, subject, event_type, payload) FROM STDIN"
# In order: each row's position is one more than the one written before it in its stream.
_SUMMARY = sqlalchemy.text("""
SELECT stream, count(*), min(position), max(position), bool_and(position = before + 1) FROM (
    SELECT stream, position, coalesce(lag(position) OVER (PARTITION BY stream ORDER BY number), 0) AS before
    FROM applied
) AS rows GROUP BY stream ORDER BY stream""")
