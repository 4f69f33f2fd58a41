"""Apache Kafka behind the broker's promises (kafka-python)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import kafka
import kafka.errors
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient, NewTopic

from libs.bus.broker import (
    RECORD_BYTES_MAX,
    SESSION_SECONDS,
    BrokerError,
    Record,
    StartOffsets,
    Topic,
    TopicPartition,
)
from libs.bus.kafka_assignor import EvenlyByTopic
from libs.bus.kafka_join import keep_finished_join
from libs.bus.kafka_last import fetch_last
from libs.bus.kafka_publisher import (
    CONNECT_SECONDS_MAX,
    DELIVERY_SECONDS_MAX,
    ENVELOPE_BYTES_MAX,
    REQUEST_SECONDS_MAX,
    KafkaPublisher,
    Wire,
    away,
)
from libs.secret_files import OpenSecretError

T = TypeVar("T")

# No wait for an absent broker outlasts the 10 s that a stop may take (see `kafka_publisher`).
COMMIT_SECONDS_MAX = 2.0
CLOSE_SECONDS_MAX = 3.0
RETRY_FOR_SECONDS = 6.0
RETRY_PAUSE_SECONDS = 0.3
METADATA_SECONDS = 5.0
TOPIC_GONE_POLL_SECONDS = 0.02


class KafkaBroker:
    """The broker at these addresses."""

    def __init__(
        self,
        bootstrap: Sequence[str],
        *,
        delivery_seconds: float = DELIVERY_SECONDS_MAX,
        options: Callable[[], Mapping[str, Any]] = dict,
    ) -> None:
        """Connect lazily; a batch not acknowledged within `delivery_seconds` is an error.

        `options` gives how each client makes its connections and says who it is (see `kafka_settings`).
        """
        self.bootstrap = list(bootstrap)
        self._options = options
        self._delivery_seconds = delivery_seconds
        self._admin: KafkaAdminClient | None = None
        self._asking: kafka.KafkaConsumer | None = None
        self._lock = threading.Lock()

    def declare_topics(self, topics: Sequence[Topic]) -> None:
        """Create the topics that are missing."""
        self._retrying(lambda: self._declare(topics))

    def publisher(self, name: str) -> KafkaPublisher:
        """Return a publisher."""
        return KafkaPublisher(self.bootstrap, name, self._delivery_seconds, self._options)

    def subscribe(
        self,
        group: str,
        topics: Sequence[str],
        *,
        member: str,
        start: StartOffsets | None = None,
        session_seconds: float = SESSION_SECONDS,
    ) -> KafkaSubscription:
        """Join the group."""
        return KafkaSubscription(
            self.bootstrap,
            group,
            list(topics),
            member=member,
            start=start,
            session_seconds=session_seconds,
            options=self._options(),
        )

    def end_offsets(self, topics: Sequence[str]) -> dict[TopicPartition, int]:
        """Return the offset after the last record of each partition."""
        return _offsets(
            self._ask(lambda asked, partitions: asked.end_offsets(partitions) if partitions else {}, topics)
        )

    def beginning_offsets(self, topics: Sequence[str]) -> dict[TopicPartition, int]:
        """Return the offset of the first record kept of each partition."""
        return _offsets(
            self._ask(lambda asked, partitions: asked.beginning_offsets(partitions) if partitions else {}, topics)
        )

    def last_records(self, topics: Sequence[str]) -> list[Record]:
        """Return the last record kept of each partition that has one."""

        def look(consumer: kafka.KafkaConsumer, partitions: list[kafka.TopicPartition]) -> list[Record]:
            records = fetch_last(consumer, partitions, seconds_max=REQUEST_SECONDS_MAX) if partitions else []
            return [_record(record) for record in records]

        return self._ask(look, topics)

    def lag(self, group: str, topics: Sequence[str]) -> dict[TopicPartition, int]:
        """Return how many offsets each partition is ahead of what the group committed."""
        ends = self.end_offsets(topics)
        committed = self._retrying(lambda: self._connected_admin().list_group_offsets({group: None}))
        known = {TopicPartition(at.topic, at.partition): kept.offset for at, kept in committed[group].items()}
        return {at: end - max(known.get(at, 0), 0) for at, end in ends.items()}

    def close(self) -> None:
        """Close the clients used for questions."""
        if self._admin is not None:
            self._admin.close()
        if self._asking is not None:
            self._asking.close()
        self._admin = self._asking = None

    def forget_topics(self) -> None:
        """Delete every topic with all its records: for a platform that is emptied."""
        self._retrying(self._forget)

    def _forget(self) -> None:
        admin = self._connected_admin()
        names = [name for name in admin.list_topics() if not name.startswith("__")]
        if names:
            admin.delete_topics(names, timeout_ms=int(REQUEST_SECONDS_MAX * 1000))
        # A node goes on listing them for a moment; who declares them anew meanwhile would find them there.
        end = time.monotonic() + REQUEST_SECONDS_MAX
        while set(names) & set(admin.list_topics()):
            if time.monotonic() > end:
                raise kafka.errors.KafkaTimeoutError("deleted topics are still listed")
            time.sleep(TOPIC_GONE_POLL_SECONDS)

    def _declare(self, topics: Sequence[Topic]) -> None:
        admin = self._connected_admin()
        known = set(admin.list_topics())
        new = [
            NewTopic(
                name=topic.name, num_partitions=topic.partitions, replication_factor=-1, topic_configs=_settings(topic)
            )
            for topic in topics
            if topic.name not in known
        ]
        if new:
            admin.create_topics(new, timeout_ms=int(REQUEST_SECONDS_MAX * 1000))
        changed = [topic for topic in topics if topic.name in known and not topic.compacted]
        resources = [
            ConfigResource(ConfigResourceType.TOPIC, topic.name, configs=_settings(topic)) for topic in changed
        ]
        if resources:
            admin.alter_configs(resources)

    def _ask(
        self,
        question: Callable[[kafka.KafkaConsumer, list[kafka.TopicPartition]], T],
        topics: Sequence[str],
    ) -> T:
        def ask() -> T:
            if self._asking is None:
                self._asking = kafka.KafkaConsumer(
                    bootstrap_servers=self.bootstrap,
                    bootstrap_timeout_ms=int(CONNECT_SECONDS_MAX * 1000),
                    group_id=None,
                    request_timeout_ms=int(REQUEST_SECONDS_MAX * 1000),
                    metrics_enabled=False,
                    **self._options(),
                )
            partitions = [
                kafka.TopicPartition(topic, number)
                for topic in topics
                for number in sorted(self._asking.partitions_for_topic(topic) or ())
            ]
            return question(self._asking, partitions)

        return self._retrying(ask)

    def _connected_admin(self) -> KafkaAdminClient:
        if self._admin is None:
            self._admin = KafkaAdminClient(
                bootstrap_servers=self.bootstrap,
                bootstrap_timeout_ms=int(CONNECT_SECONDS_MAX * 1000),
                **self._options(),
            )
        return self._admin

    def _retrying(self, act: Callable[[], T]) -> T:
        # The clients for questions are shared by the threads of a process, and none of them may be used by two.
        with self._lock:
            return self._retrying_alone(act)

    def _retrying_alone(self, act: Callable[[], T]) -> T:
        end = time.monotonic() + RETRY_FOR_SECONDS
        while True:
            try:
                return act()
            except (kafka.errors.KafkaError, OSError, OpenSecretError) as error:
                self._forget_clients()
                if time.monotonic() > end:
                    raise away(error, (self.bootstrap, self._options)) from error
                time.sleep(RETRY_PAUSE_SECONDS)

    def _forget_clients(self) -> None:
        try:
            self.close()
        except (kafka.errors.KafkaError, OSError):
            self._admin = self._asking = None


class KafkaSubscription(kafka.ConsumerRebalanceListener):  # type: ignore[misc]  # kafka-python has no types.
    """A static member of a group that gives and takes partitions one by one (cooperative rebalancing)."""

    def __init__(
        self,
        bootstrap: list[str],
        group: str,
        topics: list[str],
        *,
        member: str,
        start: StartOffsets | None,
        session_seconds: float,
        options: Mapping[str, Any],
    ) -> None:
        self._wire: Wire = (bootstrap, lambda: options)
        self._start = start
        self._unplaced: set[kafka.TopicPartition] = set()
        self._paused = False
        self._consumer = kafka.KafkaConsumer(
            *topics,
            bootstrap_servers=bootstrap,
            bootstrap_timeout_ms=int(CONNECT_SECONDS_MAX * 1000),
            group_id=group,
            group_instance_id=member,
            client_id=member,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            partition_assignment_strategy=[EvenlyByTopic()],
            session_timeout_ms=int(session_seconds * 1000),
            heartbeat_interval_ms=int(min(3.0, session_seconds / 5) * 1000),
            max_poll_interval_ms=300_000,
            fetch_max_wait_ms=250,
            max_partition_fetch_bytes=2 * (RECORD_BYTES_MAX + ENVELOPE_BYTES_MAX),
            reconnect_backoff_max_ms=1000,
            metadata_max_age_ms=int(METADATA_SECONDS * 1000),
            allow_auto_create_topics=False,
            metrics_enabled=False,
            **options,
        )
        # A member that joins before it knows the partitions would be given none of them.
        self._refuse_unknown(topics)
        self._consumer.subscribe(topics=topics, listener=self)

    def on_partitions_assigned(self, assigned: Sequence[kafka.TopicPartition]) -> None:
        """Remember that these must be placed before they are read."""
        self._unplaced.update(assigned)

    def on_partitions_revoked(self, revoked: Sequence[kafka.TopicPartition]) -> None:
        """Between two polls nothing is in doubt: there is nothing to finish."""
        self._unplaced.difference_update(revoked)

    def on_partitions_lost(self, lost: Sequence[kafka.TopicPartition]) -> None:
        """Somebody else has them already; the positions in the database decide."""
        self._unplaced.difference_update(lost)

    def poll(self, *, records_max: int, timeout_seconds: float) -> list[Record]:
        """Return records, or none after the timeout."""
        keep_finished_join(self._consumer)
        try:
            batches = self._consumer.poll(timeout_ms=int(timeout_seconds * 1000), max_records=records_max)
            if self._paused and batches:
                self._give_back(batches)
                return []
            if self._unplaced and self._start is not None:
                unplaced = set(self._unplaced)
                self._place(self._start)
                batches = {at: records for at, records in batches.items() if at not in unplaced}
        except (kafka.errors.KafkaError, OSError) as error:
            raise away(error, self._wire) from error
        return [_record(record) for records in batches.values() for record in records]

    def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Record the group's offsets."""
        mine = self._consumer.assignment()
        wanted = {
            kafka.TopicPartition(at.topic, at.partition): kafka.OffsetAndMetadata(offset, "", -1)
            for at, offset in offsets.items()
        }
        wanted = {at: kept for at, kept in wanted.items() if at in mine}
        if not wanted:
            return
        try:
            self._consumer.commit(wanted, timeout_ms=int(COMMIT_SECONDS_MAX * 1000))
        except kafka.errors.CommitFailedError:
            pass  # No longer a member: the group has moved on, and the database knows what was done.
        except (kafka.errors.KafkaError, OSError) as error:
            raise BrokerError("Kafka did not take the offsets") from error

    def seek(self, partition: TopicPartition, offset: int) -> None:
        """Read again from `offset`."""
        at = kafka.TopicPartition(partition.topic, partition.partition)
        if at in self._consumer.assignment():
            self._consumer.seek(at, offset)

    def assignment(self) -> frozenset[TopicPartition]:
        """Return what this member has."""
        return frozenset(TopicPartition(at.topic, at.partition) for at in self._consumer.assignment())

    def pause(self) -> None:
        """Deliver nothing until resumed."""
        self._paused = True
        self._consumer.pause(*self._consumer.assignment())

    def resume(self) -> None:
        """Deliver again."""
        self._paused = False
        self._consumer.resume(*self._consumer.paused())

    def close(self) -> None:
        """Close without committing: what is done was committed after its transaction."""
        self._consumer.close(autocommit=False, timeout_ms=int(CLOSE_SECONDS_MAX * 1000))

    def _refuse_unknown(self, topics: list[str]) -> None:
        try:
            missing = [topic for topic in topics if not self._consumer.partitions_for_topic(topic)]
        except (kafka.errors.KafkaError, OSError) as error:
            self.close()
            raise away(error, self._wire) from error
        if missing:
            self.close()
            raise BrokerError(f"no topic {missing[0]}")

    def _place(self, start: StartOffsets) -> None:
        """Begin the new partitions where the database says, or at the earliest record."""
        fresh = [TopicPartition(at.topic, at.partition) for at in self._unplaced]
        starts = start(fresh)
        beginning = [at for at in self._unplaced if TopicPartition(at.topic, at.partition) not in starts]
        if beginning:
            self._consumer.seek_to_beginning(*beginning)
        for at, offset in starts.items():
            self._consumer.seek(kafka.TopicPartition(at.topic, at.partition), offset)
        self._unplaced.clear()

    def _give_back(self, batches: Mapping[kafka.TopicPartition, Sequence[Any]]) -> None:
        for at, records in batches.items():
            self._consumer.seek(at, records[0].offset)
        self._consumer.pause(*batches)


def _settings(topic: Topic) -> dict[str, str]:
    if topic.compacted:
        return {"cleanup.policy": "compact", "min.cleanable.dirty.ratio": "0.3", "segment.ms": "3600000"}
    keep = -1 if topic.retention_days is None else topic.retention_days * 86_400_000
    return {"cleanup.policy": "delete", "retention.ms": str(keep), "retention.bytes": "-1"}


def _offsets(answer: Mapping[Any, int]) -> dict[TopicPartition, int]:
    return {TopicPartition(at.topic, at.partition): offset for at, offset in answer.items()}


def _record(record: Any) -> Record:
    headers = {name: value.decode() for name, value in record.headers}
    key = record.key.decode() if record.key is not None else ""
    return Record(record.topic, record.partition, record.offset, key, record.value, headers)
