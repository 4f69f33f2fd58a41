"""A made-up publisher and a made-up hearer, with the real outbox, relay, broker and inbox between them."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

import sqlalchemy
from sqlalchemy.engine import Connection

from libs.bus import Broker, Topic
from libs.db import Database
from libs.ids import new_id
from libs.inbox import Consumer, Consumers, IncomingEvent, NotYetKnownError, missing_events
from libs.inbox.positions import StreamKey
from libs.outbox import OutboxSource, OutgoingEvent, Relay, append, unpublished
from libs.wake import WakeListener, waker

SECONDS_MAX = 120.0  # How long a machine may take that others use too; what is tested is that it happens.
SESSION_SECONDS = 3.0


class World:
    """Everything between a commit in one service and an effect in another."""

    def __init__(
        self, broker: Broker, publisher_url: str, hearer_url: str, *, stop_seconds_max: float = SECONDS_MAX
    ) -> None:
        """`stop_seconds_max` is how long a relay or a consumer may take to end."""
        self._stop_seconds_max = stop_seconds_max
        self.name = new_id().hex
        self.facts, self.states = f"facts-{self.name}", f"states-{self.name}"
        self.broker = broker
        self.listener = WakeListener()
        self.publisher = Database(publisher_url, pool_max=12, wake=waker(self.listener.port))
        self.hearer_url = hearer_url
        self.hearer = Database(hearer_url, pool_max=6)
        self.group = f"hearer-{self.name}"
        broker.declare_topics([Topic(self.facts, partitions=3), Topic(self.states, partitions=3, compacted=True)])

    def fact(
        self, stream: str = "north", *, subject: str = "s1", payload: bytes = b"x", kind: str = "Happened"
    ) -> OutgoingEvent:
        """Return a fact about to be committed."""
        return OutgoingEvent(
            event_id=new_id(),
            event_type=f"sample.v1.{kind}",
            topic=self.facts,
            stream=stream,
            key=stream,
            subject=subject,
            payload=payload,
            occurred_at=datetime(2026, 3, 1, tzinfo=UTC),
        )

    def state(self, subject: str, version: int, payload: bytes | None, kind: str = "State") -> OutgoingEvent:
        """Return a state about to be committed."""
        return OutgoingEvent(
            event_id=new_id(),
            event_type=f"sample.v1.{kind}",
            topic=self.states,
            stream="state/0",
            key=subject,
            subject=subject,
            payload=payload,
            occurred_at=datetime(2026, 3, 1, tzinfo=UTC),
            version=version,
        )

    def commit(self, *events: OutgoingEvent) -> None:
        """Commit events in one transaction."""
        with self.publisher.transaction() as connection:
            for event in events:
                append(connection, event)

    @contextlib.contextmanager
    def relaying(self) -> Iterator[Relay]:
        """Run a relay for the length of a block."""
        topics = [self.facts, self.states]
        relay = Relay(self.publisher, self.broker, name="sample", wake=self.listener, topics=topics)
        with running(relay.run, relay.stop, self._stop_seconds_max):
            yield relay

    @contextlib.contextmanager
    def consuming(self, consumers: Consumers | None = None, *, member: str = "m1") -> Iterator[Consumer]:
        """Run a member of the hearer's group for the length of a block."""
        consumer = self.consumer(consumers, member=member)
        with running(consumer.run, consumer.stop, self._stop_seconds_max):
            yield consumer

    def consumer(self, consumers: Consumers | None = None, *, member: str = "m1") -> Consumer:
        """Return a member that is not running."""
        return Consumer(
            self.hearer,
            self.broker,
            consumers or self.consumers(),
            group=self.group,
            member=f"{member}-{self.name}",
            session_seconds=SESSION_SECONDS,
        )

    def consumers(self) -> Consumers:
        """Return what the hearer hears: it notes facts, keeps states, and knows some bad kinds."""
        functions = {
            "sample.v1.Happened": note,
            "sample.v1.State": keep_state,
            "sample.v1.NeedsKnown": note_if_known,
            "sample.v1.Poison": explode,
        }
        return Consumers([self.facts, self.states], functions)

    def settle(self) -> None:
        """Wait until everything committed is published and applied."""
        assert until(lambda: self.waiting() == 0), f"{self.waiting()} events still wait"

    def unpublished(self) -> int:
        """Return how many committed events the broker has not taken."""
        with self.publisher.reading() as connection:
            return sum(unpublished(connection).values())

    def waiting(self) -> int:
        """Return how many events are not applied yet, asked of the two databases only."""
        with self.publisher.reading() as connection:
            on_the_way = sum(unpublished(connection).values())
            heads = {StreamKey(*stream): head for stream, head in OutboxSource().heads(connection).items()}
        with self.hearer.reading() as connection:
            return on_the_way + missing_events(connection, self.group, [self.facts, self.states], heads)

    def applied(self) -> list[tuple[str, int]]:
        """Return stream and position of what the hearer noted, in its order."""
        with self.hearer.reading() as connection:
            rows = connection.execute(sqlalchemy.text("SELECT stream, position FROM applied ORDER BY number"))
            return [(stream, position) for stream, position in rows]

    def known(self) -> dict[str, bytes]:
        """Return the hearer's read model."""
        with self.hearer.reading() as connection:
            rows = connection.execute(sqlalchemy.text("SELECT subject, value FROM known"))
            return {row.subject: row.value for row in rows}

    def parked(self) -> list[tuple[str, str]]:
        """Return subject and state of what is set aside, in order."""
        with self.hearer.reading() as connection:
            rows = connection.execute(sqlalchemy.text("SELECT subject, state FROM inbox_parked ORDER BY number"))
            return [(subject, state) for subject, state in rows]

    def close(self) -> None:
        """Let go of the databases."""
        self.listener.close()
        self.publisher.dispose()
        self.hearer.dispose()


def note(connection: Connection, event: IncomingEvent) -> None:
    """Write the event down."""
    terms = {"stream": event.stream, "position": event.position, "subject": event.subject, "payload": event.payload}
    connection.execute(_NOTE, terms | {"event_type": event.event_type})


def note_all(connection: Connection, events: Sequence[IncomingEvent]) -> None:
    """Write a run of events down in one statement."""
    terms = [
        {
            "stream": event.stream,
            "position": event.position,
            "subject": event.subject,
            "payload": event.payload,
            "event_type": event.event_type,
        }
        for event in events
    ]
    connection.execute(_NOTE, terms)


def keep_state(connection: Connection, event: IncomingEvent) -> None:
    """Keep the state of a subject, or forget it."""
    terms = {"subject": event.subject, "value": event.payload}
    connection.execute(_FORGET if event.payload is None else _KEEP, terms)


def note_if_known(connection: Connection, event: IncomingEvent) -> None:
    """Write the event down once its subject is known."""
    if connection.execute(_FIND, {"subject": event.subject}).one_or_none() is None:
        raise NotYetKnownError(subject=event.subject)
    note(connection, event)


def explode(connection: Connection, event: IncomingEvent) -> None:
    """Fail for good, after having written something that must not stay."""
    note(connection, event)
    raise ValueError(f"poison {event.subject}")


@contextlib.contextmanager
def running(run: Callable[[], None], stop: Callable[[], None], stop_seconds_max: float = SECONDS_MAX) -> Iterator[None]:
    """Run a loop in a thread for the length of a block, and see that it ends in time."""
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop()
        thread.join(stop_seconds_max)
        assert not thread.is_alive(), f"it did not stop within {stop_seconds_max:.0f} s"


def until(condition: Callable[[], bool], seconds: float = SECONDS_MAX) -> bool:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


_NOTE = sqlalchemy.text("""
INSERT INTO applied (stream, position, subject, event_type, payload)
VALUES (:stream, :position, :subject, :event_type, :payload)""")
_KEEP = sqlalchemy.text("""
INSERT INTO known (subject, value) VALUES (:subject, :value)
ON CONFLICT (subject) DO UPDATE SET value = excluded.value""")
_FORGET = sqlalchemy.text("DELETE FROM known WHERE subject = :subject")
_FIND = sqlalchemy.text("SELECT 1 FROM known WHERE subject = :subject")
