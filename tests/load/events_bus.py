"""Rates of events through the outbox, the relay, the brokers and the inbox, each beside its yardstick."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

import kafka
import sqlalchemy
from sqlalchemy.engine import Connection

from libs.bus import Broker, OutgoingRecord, Topic
from libs.db import Database, savepoint
from libs.ids import new_id
from libs.inbox import Consumer, Consumers, IncomingEvent
from libs.outbox import OutboxSource, OutgoingEvent, append
from libs.outbox.envelope import pack
from libs.outbox.relay import Leadership
from libs.outbox.source import StoredEvent, Stream

PAYLOAD = b"x" * 200
STREAMS = 12
BATCH = 500
KIND = "sample.v1.Happened"
WAIT_SECONDS_MAX = 300.0
LOOK_SECONDS = 0.05  # Seldom: to look costs the processor that is measured.


def event(topic: str, number: int) -> OutgoingEvent:
    """Return an event of usual size."""
    return OutgoingEvent(
        event_id=new_id(),
        event_type=KIND,
        topic=topic,
        stream=f"district-{number % STREAMS}",
        key=f"district-{number % STREAMS}",
        subject=f"subject-{number}",
        payload=PAYLOAD,
        occurred_at=datetime(2026, 3, 1, tzinfo=UTC),
    )


def fill(database: Database, topic: str, count: int) -> None:
    """Commit events in batches."""
    for first in range(0, count, BATCH):
        with database.transaction() as connection:
            for number in range(first, first + BATCH):
                append(connection, event(topic, number))


def relay_rate(database: Database, broker: Broker, topic: str, count: int) -> float:
    """Return how many committed events a second reach the broker, all acknowledged."""
    broker.declare_topics([Topic(topic)])
    fill(database, topic, count)
    publisher = broker.publisher("bench")
    with database.engine.connect() as connection:
        leadership = Leadership(connection, publisher, topic, [OutboxSource()])
        leadership.relay_batch()  # Connects.
        began, moved = time.monotonic(), 0
        while batch := leadership.relay_batch():
            moved += batch
        rate = moved / (time.monotonic() - began)
    publisher.close()
    return rate


def records(topic: str, database: Database, count: int) -> list[OutgoingRecord]:
    """Return the very records the relay sends."""
    found: list[StoredEvent] = []
    with database.reading() as connection:
        for number in range(STREAMS):
            stream = Stream(topic, f"district-{number}")
            found += OutboxSource().read(connection, stream, after=0, limit=count // STREAMS)
    return [pack(event, 1) for event in found]


def bare_producer_rate(bootstrap: list[str], topic: str, sent: Sequence[OutgoingRecord]) -> float:
    """Return how many of the same records a second kafka-python sends by itself, all acknowledged."""
    producer = kafka.KafkaProducer(
        bootstrap_servers=bootstrap, acks="all", linger_ms=2, batch_size=262_144, compression_type="zstd"
    )
    wire = [
        (message.key.encode(), message.value, [(name, text.encode()) for name, text in message.headers])
        for message in sent
    ]
    producer.send(topic, key=b"warm", value=b"up").get(10)
    began = time.monotonic()
    futures = [producer.send(topic, key=key, value=value, headers=headers) for key, value, headers in wire]
    producer.flush()
    rate = len(futures) / (time.monotonic() - began)
    assert all(future.succeeded() for future in futures)
    producer.close()
    return rate


def bare_consumer_rate(bootstrap: list[str], topic: str, count: int) -> float:
    """Return how many records a second kafka-python reads by itself."""
    consumer = kafka.KafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    seen = 0
    began = 0.0
    while seen < count:
        got = sum(len(batch) for batch in consumer.poll(timeout_ms=1000, max_records=500).values())
        began = began or time.monotonic()
        seen += got
    rate = seen / (time.monotonic() - began)
    consumer.close()
    return rate


def apply_rate(database: Database, broker: Broker, topic: str, count: int) -> float:
    """Return how many events a second are read and applied to a trivial projection, positions and all."""
    group = f"bench-{new_id().hex}"
    consumers = Consumers([topic], {}, {KIND: project})
    consumer = Consumer(database, broker, consumers, group=group, member=group)
    before = _projected(database)
    with _running(consumer.run, consumer.stop):
        _await(lambda: _projected(database) > before)
        began, first = time.monotonic(), _projected(database)
        _await(lambda: _projected(database) >= before + count)
        return (before + count - first) / (time.monotonic() - began)


def project(connection: Connection, events: Sequence[IncomingEvent]) -> None:
    """Write a run of events down."""
    driver = connection.connection.driver_connection
    assert driver is not None
    with driver.cursor() as cursor, cursor.copy(_PROJECT) as copy:
        for one in events:
            copy.write_row((one.stream, one.position, one.subject, one.event_type))


def broker_rate(broker: Broker, count: int) -> float:
    """Return how many records a second one thread publishes while another consumes them, both counted as one."""
    topic = f"through-{new_id().hex}"
    broker.declare_topics([Topic(topic)])
    sent = [OutgoingRecord(topic, f"k{number % 50}", PAYLOAD, [("ce_type", KIND)]) for number in range(count)]
    subscription = broker.subscribe(topic, [topic], member=topic)
    publisher = broker.publisher("bench")
    subscription.poll(records_max=1, timeout_seconds=0.1)
    began, seen = time.monotonic(), 0

    def publish() -> None:
        for first in range(0, count, 1000):
            publisher.publish(sent[first : first + 1000])

    thread = threading.Thread(target=publish)
    thread.start()
    while seen < count:
        seen += len(subscription.poll(records_max=1000, timeout_seconds=0.5))
    rate = count / (time.monotonic() - began)
    thread.join()
    subscription.close()
    publisher.close()
    return rate


def write_rate(database: Database, count: int, topic: str | None) -> float:
    """Return how many commands a second commit, with one event each when there is a topic.

    A command does what `libs.http.run_command` does around its use case: looks whether it came before, works inside a
    savepoint (reads what it decides on, writes two rows), and records its answer.
    """
    began = time.monotonic()
    for number in range(count):
        with database.transaction() as connection:
            connection.execute(_FIND, {"subject": f"command-{number}"})
            with savepoint(connection):
                connection.execute(_FIND, {"subject": f"order-{number}"})
                connection.execute(_FIND, {"subject": f"person-{number}"})
                connection.execute(_KEEP, {"subject": f"order-{number}", "value": PAYLOAD})
                connection.execute(_KEEP, {"subject": f"person-{number}", "value": PAYLOAD})
                if topic is not None:
                    append(connection, event(topic, 0))
            connection.execute(_KEEP, {"subject": f"command-{number}", "value": PAYLOAD})
    return count / (time.monotonic() - began)


def _projected(database: Database) -> int:
    with database.reading() as connection:
        return int(connection.scalar(sqlalchemy.text("SELECT coalesce(max(number), 0) FROM applied")) or 0)


@contextlib.contextmanager
def _running(run: Callable[[], None], stop: Callable[[], None]) -> Iterator[None]:
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield
    stop()
    thread.join(10)


def _await(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_SECONDS_MAX
    while not is_so():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(LOOK_SECONDS)


_PROJECT = "COPY applied (stream, position, subject, event_type) FROM STDIN"
_FIND = sqlalchemy.text("SELECT value FROM known WHERE subject = :subject")
_KEEP = sqlalchemy.text("""
INSERT INTO known (subject, value) VALUES (:subject, :value)
ON CONFLICT (subject) DO UPDATE SET value = excluded.value""")
