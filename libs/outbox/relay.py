"""Publish committed events in the order of their positions: one leader per service, at least once.

The leader holds an advisory lock on a session that the database ends when it stays silent, and an epoch that is
checked in every update of the cursor. A leader that was paused finds its session gone or its epoch old, and writes
nothing more.
"""

from __future__ import annotations

import contextlib
import random
import threading
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from libs.bus import Broker, BrokerError, Publisher
from libs.clock import monotonic
from libs.db import Database
from libs.db.driver import driver_connection, run, scalar, translate_driver_errors
from libs.logs import get_logger
from libs.outbox import metrics
from libs.outbox.cursor import (
    StaleLeaderError,
    become_leader,
    mark_published,
    published_positions,
    refuse_stale,
    rewind,
)
from libs.outbox.envelope import pack
from libs.outbox.epochs import current_epoch, why_older_than_published
from libs.outbox.source import OutboxSource, Source, StoredEvent, Stream
from libs.outbox.tables import RETENTION_DAYS
from libs.telling import describe
from libs.wake import WakeListener

BATCH_EVENTS_MAX = 2000
BATCH_BYTES_MAX = 8_000_000
BUSY_POLL_SECONDS = 0.02
IDLE_POLL_SECONDS = 0.25
BUSY_FOR_SECONDS = 2.0
ELECTION_SECONDS = 1.0
LEASE_SECONDS = 15
RETRY_SECONDS_MAX = 5.0
PRUNE_SECONDS = 3600.0
EPOCH_SECONDS = 0.25
REASON_CHARACTERS_MAX = 200
REFUSED_FAILURES = 2  # Between two looks of a relay that refuses to lead it waits as after so many failures.
WAITING = "the broker does not take events, they wait in the outbox: {reason}"


class MissingEventError(RuntimeError):
    """The outbox lacks a position that was given out; the stream must not skip it."""


class Relay:
    """One candidate for the leadership of one service's relay."""

    def __init__(
        self,
        database: Database,
        broker: Broker,
        *,
        name: str,
        sources: Sequence[Source] | None = None,
        wake: WakeListener | None = None,
        lease_seconds: int = LEASE_SECONDS,
        topics: Sequence[str] = (),
    ) -> None:
        """`sources` default to the outbox table; `wake` spares the wait for the next look.

        `topics` are this service's own, so that also a database without any event is compared with them.
        """
        self._database = database
        self._broker = broker
        self._name = name
        self._sources = list(sources) if sources is not None else [OutboxSource()]
        self._wake = wake
        self._lease_seconds = lease_seconds
        self._topics = list(topics)
        self._refusal: str | None = None
        self._stop = threading.Event()
        self._leadership: Leadership | None = None
        self.is_leader = False

    def run(self) -> None:
        """Stand for election, lead, and stand again, until stopped."""
        failures = 0
        metrics.PUBLISHED.begin(self._name)
        metrics.FAILED.begin(self._name)
        metrics.REFUSING.set(self._name, to=0)
        while not self._stop.is_set():
            try:
                with self._elected() as leadership:
                    failures = 0
                    if self._refusal is not None:
                        failures = REFUSED_FAILURES
                    elif leadership is not None:
                        leadership.lead(self._stop, self._wake)
            except (SQLAlchemyError, BrokerError, StaleLeaderError, MissingEventError) as error:
                failures += 1
                get_logger().warning("relay_stepped_down", relay=self._name, error=describe(error))
            except Exception:  # noqa: BLE001 - a relay that dies silently is worse than one that says it.
                failures += 1
                get_logger().error("relay_failed", relay=self._name, exc_info=True)
            pause = min(ELECTION_SECONDS * 2 ** min(failures, 4) / 2, RETRY_SECONDS_MAX)
            self._stop.wait(pause * random.uniform(0.7, 1.3))

    def stop(self) -> None:
        """End `run` after the batch in hand."""
        self._stop.set()

    @property
    def problem(self) -> str | None:
        """Return in words why nothing can be published now; None while it can, and where another leads."""
        return self._leadership.problem if self._leadership is not None else self._refusal

    @contextlib.contextmanager
    def _elected(self) -> Iterator[Leadership | None]:
        """Give the leadership for as long as the session lasts, or None while somebody else has it."""
        connection = self._database.engine.connect()
        publisher = None
        try:
            connection.detach()  # Its lock and its time limit must end with it, not go back to the pool.
            if not become_candidate(connection, self._name, self._lease_seconds):
                self._refusal = None
                yield None
                return
            if not self._may_lead(connection):
                yield None
                return
            publisher = self._broker.publisher(f"relay-{self._name}")
            self._show_leading(True)
            self._leadership = Leadership(connection, publisher, self._name, self._sources)
            yield self._leadership
        finally:
            self._leadership = None
            self._show_leading(False)
            with contextlib.suppress(SQLAlchemyError):
                connection.close()
            if publisher is not None:
                publisher.close()

    def _may_lead(self, connection: Connection) -> bool:
        """Refuse where the database is older than what was published from it; say so once."""
        try:
            refusal = why_older_than_published(connection, self._broker, self._sources, self._topics)
        except BrokerError as error:
            self._refusal = WAITING.format(reason=_reason(error))
            get_logger().warning("relay_waits_for_broker", relay=self._name, error=describe(error))
            return False
        if refusal is not None and refusal != self._refusal:
            get_logger().error("relay_refuses_to_lead", relay=self._name, reason=refusal)
        self._refusal = refusal
        metrics.REFUSING.set(self._name, to=int(refusal is not None))
        return refusal is None

    def _show_leading(self, leading: bool) -> None:
        self.is_leader = leading
        metrics.LEADING.set(self._name, to=int(leading))
        if not leading:  # Who leads sees what waits; what was seen before is not so any more.
            metrics.UNPUBLISHED.set(self._name, to=0)
            metrics.AGE.set(self._name, to=0)


def become_candidate(connection: Connection, name: str, lease_seconds: int) -> bool:
    """Take the leader's lock if it is free; the session ends by itself after `lease_seconds` of silence."""
    driver_connection(connection).autocommit = True
    run(connection, f"SET idle_session_timeout = '{int(lease_seconds)}s'")
    run(connection, "SET synchronous_commit = off")  # A cursor lost in a crash repeats a batch.
    return bool(scalar(connection, "SELECT pg_try_advisory_lock(7300273, hashtext(%(name)s))", {"name": name}))


class Leadership:
    """One epoch of one leader."""

    def __init__(self, connection: Connection, publisher: Publisher, name: str, sources: Sequence[Source]) -> None:
        """Begin a new epoch: from here on no earlier leader can move a cursor."""
        self._connection = connection
        self._publisher = publisher
        self._name = name
        self._sources = sources
        # Each look and each move of a cursor is one statement, and a transaction of its own.
        driver_connection(connection).autocommit = True
        run(connection, "SET default_transaction_read_only = off")
        self.epoch = become_leader(connection, name)
        self._told_epoch = current_epoch(connection)
        self._published = published_positions(connection)
        self._waiting_since: float | None = None
        self._prune_at = 0.0
        self._epoch_asked_at = 0.0
        self.problem: str | None = None

    def lead(self, stop: threading.Event, wake: WakeListener | None) -> None:
        """Publish whatever is committed, until stopped or no longer the leader."""
        get_logger().info("relay_leads", relay=self._name, epoch=self.epoch)
        busy_until, failures = 0.0, 0
        while not stop.is_set():
            try:
                moved = self.relay_batch()
                failures, self.problem = 0, None
            except BrokerError as error:
                failures += 1
                self.problem = WAITING.format(reason=_reason(error))
                metrics.FAILED.inc(self._name)
                get_logger().warning("relay_batch_failed", relay=self._name, error=describe(error))
                moved = 0
            now = monotonic()
            if moved:
                busy_until = now + BUSY_FOR_SECONDS
                continue
            self._prune_when_due(now)
            pause = BUSY_POLL_SECONDS if now < busy_until else IDLE_POLL_SECONDS
            if failures:
                pause = min(0.1 * 2 ** min(failures, 6), RETRY_SECONDS_MAX) * random.uniform(0.7, 1.3)
            if wake is not None and not failures:
                wake.wait(pause)
            else:
                stop.wait(pause)

    def relay_batch(self) -> int:
        """Publish one batch of what waits, move the cursors, and return how many events went.

        Raises:
            BrokerError: the broker did not take it; nothing moved.
            StaleLeaderError: somebody else leads; nothing moved.
        """
        batch = self._next_batch()
        # An idle leader need not ask at every look: it writes nothing, and a new epoch only makes it begin again.
        if batch or monotonic() >= self._epoch_asked_at + EPOCH_SECONDS:
            refuse_stale(self._connection, self._name, self.epoch)
            self._epoch_asked_at = monotonic()
        if not batch:
            return 0
        self._publisher.publish([pack(event, self._told_epoch) for event in batch])
        moved = {Stream(event.topic, event.stream): event.position for event in batch}
        try:
            mark_published(self._connection, self._name, self.epoch, moved)
        except StaleLeaderError:
            self._send_states_again(batch)
            raise
        self._published.update(moved)
        metrics.PUBLISHED.inc(self._name, by=len(batch))
        return len(batch)

    def _next_batch(self) -> list[StoredEvent]:
        waiting: list[tuple[Source, Stream]] = []
        unpublished = 0
        for source in self._sources:
            for stream, head in source.heads(self._connection).items():
                if head > self._published.get(stream, 0):
                    waiting.append((source, stream))
                    unpublished += head - self._published.get(stream, 0)
        self._show_waiting(unpublished)
        share = max(1, BATCH_EVENTS_MAX // max(1, len(waiting)))
        batch: list[StoredEvent] = []
        for source, stream in waiting[:BATCH_EVENTS_MAX]:
            batch += self._read(source, stream, share)
        return batch

    def _read(self, source: Source, stream: Stream, limit: int) -> list[StoredEvent]:
        after = self._published.get(stream, 0)
        events = source.read(self._connection, stream, after=after, limit=limit)
        size = 0
        for number, event in enumerate(events, 1):
            if event.position != after + number:
                raise MissingEventError(f"{stream.topic} {stream.name} lacks position {after + number}")
            size += len(event.payload or b"")
            if size > BATCH_BYTES_MAX:
                return events[:number]
        return events

    def _send_states_again(self, batch: Sequence[StoredEvent]) -> None:
        """Undo what a leader that was paused may have done to compacted topics: an old state after a newer one.

        The events just sent, and all after them, are sent once more, in order, by the leader of today.
        """
        first: dict[Stream, int] = {}
        for event in batch:
            if event.version is not None:
                first.setdefault(Stream(event.topic, event.stream), event.position)
        if first:
            with translate_driver_errors(), driver_connection(self._connection).transaction():
                for stream, position in first.items():
                    rewind(self._connection, self._name, stream, position - 1)

    def _show_waiting(self, unpublished: int) -> None:
        now = monotonic()
        if not unpublished:
            self._waiting_since = None
        elif self._waiting_since is None:
            self._waiting_since = now
        age = now - self._waiting_since if self._waiting_since is not None else 0.0
        metrics.UNPUBLISHED.set(self._name, to=unpublished)
        metrics.AGE.set(self._name, to=age)

    def _prune_when_due(self, now: float) -> None:
        if now < self._prune_at or not any(isinstance(source, OutboxSource) for source in self._sources):
            return
        self._prune_at = now + PRUNE_SECONDS
        run(self._connection, "SELECT outbox_keep_partitions(%(days)s)", {"days": RETENTION_DAYS})


def _reason(error: BrokerError) -> str:
    """Return what the broker said, or at least what we asked of it, in one line."""
    return str(error.__cause__ or error).strip().split("\n", 1)[0][:REASON_CHARACTERS_MAX]


def unpublished(connection: Connection, sources: Sequence[Source] | None = None) -> Mapping[Stream, int]:
    """Return how many committed events of each stream still wait for the broker."""
    published = published_positions(connection)
    waiting = {}
    for source in sources if sources is not None else [OutboxSource()]:
        for stream, head in source.heads(connection).items():
            if head > published.get(stream, 0):
                waiting[stream] = head - published.get(stream, 0)
    return waiting
