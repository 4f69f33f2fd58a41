"""The loop of one member of a group: poll, apply in one transaction, then tell the broker.

The positions in the database decide what is new and where reading begins; the broker's offsets only show the lag. When
the database is away the member pauses, stays in its group, and reads the same records again.
"""

from __future__ import annotations

import contextlib
import random
import threading
from collections.abc import Mapping, Sequence

import sqlalchemy
from sqlalchemy.engine import Connection

from libs.bus import Broker, BrokerError, Publisher, Record, Subscription, Topic, TopicPartition
from libs.bus.broker import SESSION_SECONDS
from libs.clock import monotonic
from libs.db import Database
from libs.inbox import metrics
from libs.inbox.batch import TRANSIENT, Batch, DecodedRecord, EffectFailedError, MissingPosition, Outcome, decode
from libs.inbox.events import Consumers, IncomingEvent
from libs.inbox.lag import Lag
from libs.inbox.operate import last_act, moves_after
from libs.inbox.parking import Parking
from libs.inbox.positions import PositionStore
from libs.inbox.retry import announce_dead, dead_letter_topic, retry_due
from libs.logs import get_logger
from libs.memory import tuned_gc
from libs.telling import describe

BATCH_EVENTS_MAX = 500
POLL_SECONDS = 0.5
PARKED_POLL_SECONDS = 0.05
HOUSEKEEPING_SECONDS = 1.0
TELL_SECONDS = 0.5
BACK_OFF_SECONDS_MAX = 5.0
GAPS_REMEMBERED_MAX = 1000
STREAMS_NAMED_MAX = 3


class Consumer:
    """One member of one service's group."""

    def __init__(
        self,
        database: Database,
        broker: Broker,
        consumers: Consumers,
        *,
        group: str,
        member: str,
        session_seconds: float = SESSION_SECONDS,
    ) -> None:
        """`member` is a name that stays the same when the process comes back."""
        self._database = database
        self._broker = broker
        self._consumers = consumers
        self._group = group
        self._member = member
        self._session_seconds = session_seconds
        self._stop = threading.Event()
        self._gaps_seen: set[MissingPosition] = set()
        self._beginnings: dict[TopicPartition, int] = {}
        self._ends_at_start: dict[TopicPartition, int] | None = None
        self._epochs: dict[str, int] = {}
        self._told_of: set[tuple[str, str]] = set()
        self._stopped_at_epoch: list[str] = []
        self._parked = True  # Until a look at the table tells otherwise.
        self._untold: dict[TopicPartition, int] = {}
        self._tell_at = 0.0
        self._housekeeping_at = 0.0
        self._last_act: int | None = None
        self._retry_at = 0.0
        self._lag = Lag()
        self.is_caught_up = False
        self._has_partitions = False

    @property
    def problem(self) -> str | None:
        """Say in words why this member is not ready; None when it reads its share and knows what it must know."""
        if self.stopped_because is not None:
            return self.stopped_because
        if not self._has_partitions:
            return "was given no partitions yet"
        return None if self.is_caught_up else "has not caught up"

    def run(self) -> None:
        """Consume until stopped; whatever is away is waited for."""
        tuned_gc()
        for counter in (metrics.APPLIED, metrics.OF_OLD_EPOCH, metrics.RETRIED):
            counter.begin(self._group)
        metrics.CAUGHT_UP.set(self._group, to=0)
        failures = 0
        while not self._stop.is_set():
            try:
                self._declare()
                self._consume()
            except (BrokerError, *TRANSIENT) as error:
                failures += 1
                get_logger().warning("consumer_starts_again", group=self._group, error=describe(error))
            except Exception as error:  # noqa: BLE001 - a member that dies silently is worse than one that says it.
                failures += 1
                get_logger().error("consumer_failed", group=self._group, error=describe(error), exc_info=True)
            self._stop.wait(_back_off_seconds(failures) if failures else 0)

    @property
    def stopped_because(self) -> str | None:
        """Return in words what keeps this group from hearing on, which a person must mend; None while nothing does."""
        if not self._stopped_at_epoch:
            return None
        first = ", ".join(self._stopped_at_epoch[:STREAMS_NAMED_MAX])
        return (
            f"{len(self._stopped_at_epoch)} streams have stopped, the first are {first}: the database of their "
            "publisher was restored. See what differs (timebank reconcile), mend it, then: "
            f"timebank events accept {self._group} PUBLISHER --reason …"
        )

    def stop(self) -> None:
        """End `run` after the batch in hand; nothing is in doubt."""
        self._stop.set()

    def _declare(self) -> None:
        topics = [Topic(dead_letter_topic(topic, self._group), partitions=1) for topic in self._consumers.topics]
        self._broker.declare_topics(topics)
        self._beginnings = self._broker.beginning_offsets(self._consumers.topics)
        if self._ends_at_start is None:
            self._ends_at_start = self._broker.end_offsets(self._consumers.topics)

    def _consume(self) -> None:
        if self._last_act is None:
            # Before the positions are read: an operator who moves one from now on is followed.
            with self._database.reading() as connection:
                self._last_act = last_act(connection)
                self._epochs = PositionStore(connection, self._group).epochs()
        subscription = self._broker.subscribe(
            self._group,
            self._consumers.topics,
            member=self._member,
            start=self._starts,
            session_seconds=self._session_seconds,
        )
        publisher = self._broker.publisher(f"dead-letters-{self._group}")
        try:
            while not self._stop.is_set():
                timeout = PARKED_POLL_SECONDS if self._parked else POLL_SECONDS
                records = subscription.poll(records_max=BATCH_EVENTS_MAX, timeout_seconds=timeout)
                self._has_partitions = bool(subscription.assignment())
                if records:
                    self._apply_until_done(subscription, records)
                self._tell_broker(subscription, at_once=not records)
                self._retry_parked()
                self._run_maintenance(subscription, publisher)
        finally:
            publisher.close()
            with contextlib.suppress(BrokerError):
                self._tell_broker(subscription, at_once=True)
            subscription.close()

    def _starts(self, partitions: Sequence[TopicPartition]) -> Mapping[TopicPartition, int]:
        """Return where each partition is read on; one of states that lack something is read from its beginning."""
        with self._database.transaction() as connection:
            store = PositionStore(connection, self._group)
            lacking = self._consumers.lacking(connection)
            if lacking:
                store.forget_versions(lacking)
                get_logger().info("states_are_read_again", group=self._group, event_types=sorted(lacking))
            known, again = store.offsets(), set(lacking.values())
        return {at: known[at] for at in partitions if at in known and at.topic not in again}

    def _apply_until_done(self, subscription: Subscription, records: list[Record]) -> None:
        """Apply a batch; when the database is away, give the records back, wait, and let them come again."""
        try:
            outcome = self._apply([decode(record) for record in records])
        except TRANSIENT as error:
            metrics.RETRIED.inc(self._group)
            get_logger().warning("consumer_waits", group=self._group, error=describe(error))
            _give_back(subscription, records)
            self._wait_for_database(subscription)
            return
        for partition, offset in outcome.seeks.items():
            subscription.seek(partition, offset)
        self._untold.update(outcome.offsets)

    def _tell_broker(self, subscription: Subscription, *, at_once: bool) -> None:
        """Show the broker how far the group has come: when there is time, or now and then. The database decides."""
        if self._untold and (at_once or monotonic() >= self._tell_at):
            subscription.commit(self._untold)
            self._untold.clear()
            self._tell_at = monotonic() + TELL_SECONDS

    def _apply(self, batch: list[DecodedRecord]) -> Outcome:
        try:
            outcome = self._apply_once(batch, one_by_one=False)
        except EffectFailedError:
            outcome = self._apply_once(batch, one_by_one=True)
        if len(self._gaps_seen) > GAPS_REMEMBERED_MAX:
            self._gaps_seen.clear()
        self._gaps_seen.update(outcome.gaps)
        self._parked = self._parked or outcome.parked > 0
        metrics.APPLIED.inc(self._group, by=outcome.applied)
        if outcome.of_old_epoch:
            self._tell_of_old_epoch(outcome.of_old_epoch)
        return outcome

    def _tell_of_old_epoch(self, events: Sequence[IncomingEvent]) -> None:
        """Count what was dropped, and name each stream once."""
        metrics.OF_OLD_EPOCH.inc(self._group, by=len(events))
        for event in events:
            if (event.topic, event.stream) not in self._told_of:
                self._told_of.add((event.topic, event.stream))
                place = {"topic": event.topic, "stream": event.stream, "position": event.position}
                get_logger().warning("event_of_old_epoch", group=self._group, epoch=event.epoch, **place)

    def _apply_once(self, batch: list[DecodedRecord], *, one_by_one: bool) -> Outcome:
        with self._database.transaction() as connection:
            attempt = Batch(
                connection,
                self._group,
                self._consumers,
                one_by_one=one_by_one,
                gaps_seen=self._gaps_seen,
                trimmed=lambda partition: self._beginnings.get(partition, 0) > 0,
                epochs=self._epochs,
            )
            return attempt.apply(batch)

    def _wait_for_database(self, subscription: Subscription) -> None:
        """Stay in the group without reading until the database answers."""
        subscription.pause()
        failures = 0
        while not self._stop.is_set():
            failures += 1
            subscription.poll(records_max=1, timeout_seconds=_back_off_seconds(failures))
            try:
                with self._database.reading() as connection:
                    connection.execute(sqlalchemy.text("SELECT 1"))
                break
            except TRANSIENT:
                continue
        subscription.resume()

    def _retry_parked(self) -> None:
        now = monotonic()
        if not self._parked or now < self._retry_at:
            return
        self._retry_at = now + PARKED_POLL_SECONDS
        try:
            retry_due(self._database, self._group, self._consumers)
        except TRANSIENT as error:
            get_logger().warning("retry_of_parked_waits", group=self._group, error=describe(error))

    def _run_maintenance(self, subscription: Subscription, publisher: Publisher) -> None:
        """Once a second: count what is parked, announce the dead, see whether the group has caught up."""
        if monotonic() < self._housekeeping_at:
            return
        self._housekeeping_at = monotonic() + HOUSEKEEPING_SECONDS
        try:
            with self._database.reading() as connection:
                counts = Parking(connection, self._group).counts()
                stopped = connection.execute(_STOPPED, {"group": self._group}).all()
                reached = PositionStore(connection, self._group).offsets()
                self._epochs = PositionStore(connection, self._group).epochs()
                self._follow_operator(connection, subscription)
            if counts.get("dead"):
                announce_dead(self._database, self._group, publisher)
            self._look_whether_caught_up(reached)
        except (BrokerError, *TRANSIENT) as error:
            get_logger().warning("housekeeping_waits", group=self._group, error=describe(error))
            return
        self._parked = any(counts.values())
        for state in ("waiting", "dead", "queued"):
            metrics.PARKED.set(self._group, state, to=counts.get(state, 0))
        metrics.STOPPED.set(self._group, to=len(stopped))
        self._stopped_at_epoch = [f"{row.topic} {row.stream}" for row in stopped if row.came_epoch is not None]
        metrics.OTHER_EPOCH.set(self._group, to=len(self._stopped_at_epoch))

    def _follow_operator(self, connection: Connection, subscription: Subscription) -> None:
        """Read a partition again when an operator has moved a position on it."""
        for number, topic, partition, offset in moves_after(connection, self._group, self._last_act or 0):
            subscription.seek(TopicPartition(topic, partition), offset)
            self._last_act = number

    def _look_whether_caught_up(self, reached: Mapping[TopicPartition, int]) -> None:
        ends = self._broker.end_offsets(self._consumers.topics)
        behind = self._lag.look(ends, {**self._beginnings, **reached})
        metrics.LAG.set(self._group, to=behind.events)
        metrics.LAG_SECONDS.set(self._group, to=behind.seconds)
        if self.is_caught_up or self._ends_at_start is None:
            return
        missing = [
            partition
            for partition, end in self._ends_at_start.items()
            if reached.get(partition, 0) < end and self._beginnings.get(partition, 0) < end
        ]
        if not missing:
            with self._database.transaction() as connection:
                connection.execute(_CAUGHT_UP, {"group": self._group})
            self.is_caught_up = True
            metrics.CAUGHT_UP.set(self._group, to=1)
            get_logger().info("consumer_caught_up", group=self._group)


def has_caught_up(connection: Connection, group: str) -> bool:
    """Tell whether a group has once reached the end it saw at its start: before that its replies would be wrong."""
    found = connection.scalar(sqlalchemy.text("SELECT 1 FROM inbox_group WHERE group_name = :group"), {"group": group})
    return found is not None


def _give_back(subscription: Subscription, records: Sequence[Record]) -> None:
    first: dict[TopicPartition, int] = {}
    for record in records:
        first.setdefault(TopicPartition(record.topic, record.partition), record.offset)
    for partition, offset in first.items():
        subscription.seek(partition, offset)


def _back_off_seconds(failures: int) -> float:
    return min(0.1 * 2.0 ** min(failures, 8), BACK_OFF_SECONDS_MAX) * random.uniform(0.7, 1.3)


_STOPPED = sqlalchemy.text("""
SELECT topic, stream, came_epoch FROM inbox_position WHERE group_name = :group AND stopped_at_offset IS NOT NULL
ORDER BY topic, stream""")

_CAUGHT_UP = sqlalchemy.text("""
INSERT INTO inbox_group (group_name) VALUES (:group) ON CONFLICT (group_name) DO NOTHING""")
