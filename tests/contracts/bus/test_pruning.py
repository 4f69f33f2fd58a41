"""What the embedded broker prunes is old and was read by everybody who reads the topic; under load too."""

from __future__ import annotations

import threading

import psycopg
import pytest

from libs.bus import OutgoingRecord, Topic
from libs.bus.postgres import PostgresBroker
from libs.db.database import plain_url
from tests.contracts.bus.test_broker import member, next_offsets, numbered, read
from tests.support.postgres import FreshDatabase

TOPIC, FOR_EVER = "facts-that-end", "facts-for-ever"


@pytest.fixture
def url(fresh_database: FreshDatabase) -> str:
    """The broker's database."""
    return fresh_database("bus").app


def grow_old(url: str) -> None:
    """Let everything that is stored be two days old."""
    with psycopg.connect(plain_url(url), autocommit=True) as connection:
        connection.execute("UPDATE bus_fact SET stored_at = stored_at - interval '2 days'")


def test_pruning_under_load_takes_nothing_that_a_group_has_not_read(url: str) -> None:
    broker = PostgresBroker(url)
    broker.declare_topics([Topic(TOPIC, partitions=4, retention_days=1), Topic(FOR_EVER, partitions=4)])
    publisher = broker.publisher("p")
    for topic in (TOPIC, FOR_EVER):
        publisher.publish(numbered(topic, 200))
    with member(broker, TOPIC, group="fast") as fast, member(broker, TOPIC, group="slow") as slow:
        read(fast, 200)
        behind = slow.poll(records_max=60, timeout_seconds=5)
        slow.commit(next_offsets(behind))
    grow_old(url)
    stopped = threading.Event()

    def publish() -> None:
        for first in range(200, 600, 10):
            publisher.publish(numbered(TOPIC, 10, first=first))
        stopped.set()

    writer = threading.Thread(target=publish)
    writer.start()
    pruned = 0
    while not stopped.is_set():
        pruned += broker.maintain()
    writer.join()
    pruned += broker.maintain()

    with member(broker, TOPIC, group="slow") as slow, member(broker, TOPIC, group="fast") as fast:
        rest, young = read(slow, 600 - len(behind)), read(fast, 400)
    with member(broker, FOR_EVER, group="late") as late:
        assert len(read(late, 200)) == 200, "a topic without a number of days keeps everything"
    assert 0 < len(behind) < 200
    assert pruned == len(behind), "what both have read is gone, and nothing else"
    assert sorted(int(record.value or b"") for record in [*behind, *rest]) == list(range(600))
    assert sorted(int(record.value or b"") for record in young) == list(range(200, 600))
    broker.close()


def test_what_nobody_reads_goes_by_its_age_alone(url: str) -> None:
    broker = PostgresBroker(url)
    broker.declare_topics([Topic(TOPIC, partitions=1, retention_days=1)])
    publisher = broker.publisher("p")
    publisher.publish([OutgoingRecord(TOPIC, "k", b"old", [])])
    grow_old(url)
    publisher.publish([OutgoingRecord(TOPIC, "k", b"young", [])])

    assert broker.maintain() == 1
    assert list(broker.beginning_offsets([TOPIC]).values()) == [1]
    broker.close()
