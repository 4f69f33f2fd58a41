"""A durable topic log in a PostgreSQL database of its own: the broker of the embedded platform.

Offsets are given out in the transaction that writes the records, under the lock of the partition's row in `bus_end`, so
a reader never meets a hole that is filled later. Readers in the same process are woken at once; others look often.

`synchronous_commit` may be off only where the database lives in the same server as the services': there is one
write-ahead log, so the commit of a cursor or an effect can only survive together with the records written before it.
"""

from __future__ import annotations

import collections
import dataclasses
import json
import time
from collections.abc import Sequence
from typing import Any

import sqlalchemy
from sqlalchemy.engine import Connection

from libs.bus.broker import (
    SESSION_SECONDS,
    BrokerError,
    OutgoingRecord,
    Record,
    StartOffsets,
    Topic,
    TopicPartition,
    refuse_oversize,
)
from libs.bus.postgres_group import BUSY_POLL_SECONDS, Bell, PostgresSubscription
from libs.db import TRANSIENT, Database
from libs.db.driver import run

MAINTENANCE_SECONDS = 600.0
TOMBSTONES_KEPT_DAYS = 7
COMPACTION_KEEPS_SECONDS = 60
DELETED_PER_MAINTENANCE_MAX = 50_000
MAINTENANCE_LOCK = 7_300_272
COPIED_FROM = 100

_ENCODER = json.JSONEncoder(separators=(",", ":"))  # json.dumps would make one for each record.


@dataclasses.dataclass(frozen=True)
class StoredTopic:
    """A topic as the database knows it."""

    topic_id: int
    topic: Topic

    @property
    def table(self) -> str:
        """Return the log its records are in."""
        return "bus_state" if self.topic.compacted else "bus_fact"

    def partitions(self) -> list[TopicPartition]:
        """Return all its partitions."""
        return [TopicPartition(self.topic.name, number) for number in range(self.topic.partitions)]


class PostgresBroker:
    """The broker on one database, for all threads of a process."""

    def __init__(
        self,
        url: str,
        *,
        pool_max: int = 6,
        synchronous_commit: bool = True,
        busy_poll_seconds: float = BUSY_POLL_SECONDS,
    ) -> None:
        """Connect lazily as the role `bus_app`.

        `busy_poll_seconds` is how often a busy reader looks for what other processes publish; own threads wake it.
        """
        self._busy_poll_seconds = busy_poll_seconds
        self.database = Database(url, pool_max=pool_max, application_name="bus", synchronous_commit=synchronous_commit)
        self.bell = Bell()
        self._topics: dict[str, StoredTopic] = {}
        self._maintain_at = time.monotonic() + MAINTENANCE_SECONDS

    def declare_topics(self, topics: Sequence[Topic]) -> None:
        """Create the topics that are missing."""
        with self.database.transaction() as connection:
            for topic in topics:
                connection.execute(_DECLARE, dataclasses.asdict(topic))
                connection.execute(_DECLARE_PARTITIONS, {"name": topic.name})

    def publisher(self, name: str) -> PostgresPublisher:  # noqa: ARG002 - Kafka's takes it
        """Return a publisher."""
        return PostgresPublisher(self)

    def subscribe(
        self,
        group: str,
        topics: Sequence[str],
        *,
        member: str,
        start: StartOffsets | None = None,
        session_seconds: float = SESSION_SECONDS,
    ) -> PostgresSubscription:
        """Join the group."""
        stored = {name: self.stored_topic(name) for name in topics}
        return PostgresSubscription(
            self.database,
            self.bell,
            group=group,
            topics={name: (topic.topic_id, topic.table, topic.topic.partitions) for name, topic in stored.items()},
            member=member,
            start=start,
            session_seconds=session_seconds,
            busy_poll_seconds=self._busy_poll_seconds,
        )

    def end_offsets(self, topics: Sequence[str]) -> dict[TopicPartition, int]:
        """Return the offset after the last record of each partition."""
        return self._by_partition(_ENDS, topics)

    def beginning_offsets(self, topics: Sequence[str]) -> dict[TopicPartition, int]:
        """Return the offset of the first record kept of each partition."""
        return self._by_partition(_BEGINNINGS, topics)

    def last_records(self, topics: Sequence[str]) -> list[Record]:
        """Return the last record kept of each partition that has one."""
        try:
            with self.database.reading() as connection:
                rows = connection.execute(_LAST, {"topics": list(topics)}).all()
        except TRANSIENT as error:
            raise BrokerError("the broker's database is away") from error
        return [Record._make((*row[:5], json.loads(row[5]))) for row in rows]

    def lag(self, group: str, topics: Sequence[str]) -> dict[TopicPartition, int]:
        """Return how many offsets each partition is ahead of what the group committed."""
        return self._by_partition(_LAG, topics, group=group)

    def maintain(self) -> int:
        """Compact the state topics and drop expired facts, a bounded part of it; return how many records went."""
        with self.database.transaction() as connection:
            if not connection.scalar(sqlalchemy.text(f"SELECT pg_try_advisory_xact_lock({MAINTENANCE_LOCK})")):
                return 0
            return sum(connection.execute(statement).rowcount for statement in (_COMPACT, _BURY, _EXPIRE))

    def maintain_when_due(self) -> None:
        """Run the maintenance about every ten minutes, in whichever thread publishes then."""
        if time.monotonic() >= self._maintain_at:
            self._maintain_at = time.monotonic() + MAINTENANCE_SECONDS
            self.maintain()

    def close(self) -> None:
        """Close the connections."""
        self.database.dispose()

    def stored_topic(self, name: str) -> StoredTopic:
        """Return a declared topic.

        Raises:
            BrokerError: nobody has declared it (yet).
        """
        if name not in self._topics:
            try:
                with self.database.reading() as connection:
                    row = connection.execute(_TOPIC, {"name": name}).one_or_none()
            except TRANSIENT as error:
                raise BrokerError("the broker's database is away") from error
            if row is None:
                raise BrokerError(f"no topic {name}")
            self._topics[name] = StoredTopic(row.topic_id, Topic(*row[1:]))
        return self._topics[name]

    def _by_partition(
        self, statement: sqlalchemy.TextClause, topics: Sequence[str], **terms: Any
    ) -> dict[TopicPartition, int]:
        try:
            with self.database.reading() as connection:
                rows = connection.execute(statement, {"topics": list(topics), **terms}).all()
        except TRANSIENT as error:
            raise BrokerError("the broker's database is away") from error
        return {TopicPartition(name, partition): offset for name, partition, offset in rows}


class PostgresPublisher:
    """Publishes a batch in one transaction: all of it or nothing."""

    def __init__(self, broker: PostgresBroker) -> None:
        self._broker = broker

    def publish(self, records: Sequence[OutgoingRecord]) -> None:
        """Write the records and wake the readers."""
        refuse_oversize(records)
        by_table: dict[str, list[tuple[int, int, OutgoingRecord]]] = collections.defaultdict(list)
        for record in records:
            stored = self._broker.stored_topic(record.topic)
            partition = record.partition(stored.topic.partitions)
            by_table[stored.table].append((stored.topic_id, partition, record))
        try:
            with self._broker.database.transaction() as connection:
                for table in sorted(by_table):
                    _write(connection, table, by_table[table])
            self._broker.maintain_when_due()
        except TRANSIENT as error:
            raise BrokerError("the broker's database did not take the batch") from error
        self._broker.bell.ring({record.topic for record in records})

    def close(self) -> None:
        """Nothing is held."""


def _write(connection: Connection, table: str, records: list[tuple[int, int, OutgoingRecord]]) -> None:
    if table == "bus_fact" and len(records) >= COPIED_FROM:
        _copy_facts(connection, records)
    else:
        _insert(connection, table, records)


def _copy_facts(connection: Connection, records: list[tuple[int, int, OutgoingRecord]]) -> None:
    """Write a large batch by COPY: two round trips, and a third of the work for each record."""
    counts = collections.Counter((topic_id, partition) for topic_id, partition, _ in records)
    terms = [{"topic": topic, "partition": part, "records": counts[topic, part]} for topic, part in sorted(counts)]
    following = {}
    for one in terms:
        end = connection.scalar(_ADVANCE, one)
        following[one["topic"], one["partition"]] = (end or 0) - one["records"]
    driver = connection.connection.driver_connection
    assert driver is not None
    with driver.cursor() as cursor, cursor.copy(_COPY) as copy:
        for topic_id, partition, record in records:
            offset = following[topic_id, partition]
            following[topic_id, partition] = offset + 1
            copy.write_row((topic_id, partition, offset, record.key, record.value, _text(record), record.version))


def _text(record: OutgoingRecord) -> str:
    return _ENCODER.encode(dict(record.headers))


def _insert(connection: Connection, table: str, records: list[tuple[int, int, OutgoingRecord]]) -> None:
    counts = collections.Counter((topic_id, partition) for topic_id, partition, _ in records)
    partitions = sorted(counts)
    numbers: collections.Counter[tuple[int, int]] = collections.Counter()
    ordinals = []
    for topic_id, partition, _ in records:
        ordinals.append(numbers[topic_id, partition])
        numbers[topic_id, partition] += 1
    run(
        connection,
        _PUBLISH[table],
        {
            "end_topics": [topic_id for topic_id, _ in partitions],
            "end_partitions": [partition for _, partition in partitions],
            "end_counts": [counts[key] for key in partitions],
            "topics": [topic_id for topic_id, _, _ in records],
            "partitions": [partition for _, partition, _ in records],
            "ordinals": ordinals,
            "keys": [record.key for _, _, record in records],
            "values": [record.value for _, _, record in records],
            "headers": [_text(record) for _, _, record in records],
            "versions": [record.version for _, _, record in records],
        },
    )


# A state older than the one already there may come from a relay that was paused and woke up: it is left out.
_NOT_OLDER = """
WHERE NOT EXISTS (SELECT 1 FROM bus_state s WHERE s.topic_id = r.topic_id AND s.partition = r.partition
    AND s.key = r.key AND s.version > r.version)"""

_PUBLISH = {
    table: f"""
WITH wanted AS (
    SELECT *
    FROM unnest(CAST(%(end_topics)s AS int[]), CAST(%(end_partitions)s AS int[]), CAST(%(end_counts)s AS bigint[]))
        AS w (topic_id, partition, records)
), numbered AS (
    INSERT INTO bus_end AS e (topic_id, partition, next_offset) SELECT topic_id, partition, records FROM wanted
    ON CONFLICT (topic_id, partition) DO UPDATE SET next_offset = e.next_offset + excluded.next_offset
    RETURNING e.topic_id, e.partition, e.next_offset
)
INSERT INTO {table} (topic_id, partition, "offset", key, value, headers, version)
SELECT r.topic_id, r.partition, n.next_offset - w.records + r.ordinal, r.key, r.value, r.headers, r.version
FROM unnest(CAST(%(topics)s AS int[]), CAST(%(partitions)s AS int[]), CAST(%(ordinals)s AS bigint[]),
        CAST(%(keys)s AS text[]), CAST(%(values)s AS bytea[]), CAST(%(headers)s AS text[]),
        CAST(%(versions)s AS bigint[]))
    AS r (topic_id, partition, ordinal, key, value, headers, version)
JOIN wanted w USING (topic_id, partition)
JOIN numbered n USING (topic_id, partition)
{condition}"""
    for table, condition in (("bus_fact", ""), ("bus_state", _NOT_OLDER))
}

_ADVANCE = sqlalchemy.text("""
INSERT INTO bus_end AS e (topic_id, partition, next_offset) VALUES (:topic, :partition, :records)
ON CONFLICT (topic_id, partition) DO UPDATE SET next_offset = e.next_offset + excluded.next_offset
RETURNING next_offset""")

_COPY = 'COPY bus_fact (topic_id, partition, "offset", key, value, headers, version) FROM STDIN'

_DECLARE = sqlalchemy.text("""
INSERT INTO bus_topic (name, compacted, partitions, retention_days)
VALUES (:name, :compacted, :partitions, :retention_days)
ON CONFLICT (name) DO UPDATE SET retention_days = excluded.retention_days""")

_DECLARE_PARTITIONS = sqlalchemy.text("""
INSERT INTO bus_end (topic_id, partition)
SELECT topic_id, generate_series(0, partitions - 1) FROM bus_topic WHERE name = :name
ON CONFLICT DO NOTHING""")

_TOPIC = sqlalchemy.text("""
SELECT topic_id, name, compacted, partitions, retention_days FROM bus_topic WHERE name = :name""")

_ENDS = sqlalchemy.text("""
SELECT name, partition, next_offset FROM bus_topic JOIN bus_end USING (topic_id) WHERE name = ANY(:topics)""")

_BEGINNINGS = sqlalchemy.text("""
SELECT name, partition, coalesce(
    CASE WHEN compacted THEN (SELECT min("offset") FROM bus_state l
        WHERE l.topic_id = e.topic_id AND l.partition = e.partition)
    ELSE (SELECT min("offset") FROM bus_fact l WHERE l.topic_id = e.topic_id AND l.partition = e.partition) END,
    next_offset)
FROM bus_topic JOIN bus_end e USING (topic_id) WHERE name = ANY(:topics)""")

_LAST = sqlalchemy.text("""
SELECT t.name, e.partition, l."offset", l.key, l.value, l.headers FROM bus_topic t JOIN bus_end e USING (topic_id)
JOIN LATERAL (
    (SELECT "offset", key, value, headers FROM bus_fact f
        WHERE NOT t.compacted AND f.topic_id = e.topic_id AND f.partition = e.partition ORDER BY "offset" DESC LIMIT 1)
    UNION ALL
    (SELECT "offset", key, value, headers FROM bus_state s
        WHERE t.compacted AND s.topic_id = e.topic_id AND s.partition = e.partition ORDER BY "offset" DESC LIMIT 1)
) l ON true WHERE t.name = ANY(:topics)""")

_LAG = sqlalchemy.text("""
SELECT name, e.partition, e.next_offset - coalesce(g.next_offset, 0)
FROM bus_topic JOIN bus_end e USING (topic_id)
LEFT JOIN bus_group_offset g ON g.topic_id = e.topic_id AND g.partition = e.partition AND g.group_name = :group
WHERE name = ANY(:topics)""")

_COMPACT = sqlalchemy.text(f"""
DELETE FROM bus_state s WHERE (topic_id, partition, "offset") IN (
    SELECT o.topic_id, o.partition, o."offset" FROM bus_state o
    WHERE o.stored_at < now() - interval '{COMPACTION_KEEPS_SECONDS} s' AND EXISTS (
        SELECT 1 FROM bus_state n WHERE n.topic_id = o.topic_id AND n.partition = o.partition AND n.key = o.key
        AND n."offset" > o."offset")
    LIMIT {DELETED_PER_MAINTENANCE_MAX})""")

_BURY = sqlalchemy.text(f"""
DELETE FROM bus_state WHERE value IS NULL AND stored_at < now() - interval '{TOMBSTONES_KEPT_DAYS} days'
AND NOT EXISTS (SELECT 1 FROM bus_state o WHERE o.topic_id = bus_state.topic_id AND o.partition = bus_state.partition
    AND o.key = bus_state.key AND o."offset" < bus_state."offset")""")

# What a group that reads the topic has not read stays, however old; one that reads no more must be taken out by hand.
_EXPIRE = sqlalchemy.text(f"""
WITH read AS (
    SELECT e.topic_id, e.partition, (
        SELECT min(coalesce(o.next_offset, 0))
        FROM (SELECT DISTINCT group_name FROM bus_group_offset g WHERE g.topic_id = e.topic_id) readers
        LEFT JOIN bus_group_offset o ON o.group_name = readers.group_name
            AND o.topic_id = e.topic_id AND o.partition = e.partition) AS upto
    FROM bus_end e
)
DELETE FROM bus_fact WHERE (topic_id, partition, "offset") IN (
    SELECT f.topic_id, f.partition, f."offset" FROM bus_fact f JOIN bus_topic t USING (topic_id)
    JOIN read r USING (topic_id, partition)
    WHERE t.retention_days IS NOT NULL AND f.stored_at < now() - t.retention_days * interval '1 day'
        AND (r.upto IS NULL OR f."offset" < r.upto)
    LIMIT {DELETED_PER_MAINTENANCE_MAX})""")
