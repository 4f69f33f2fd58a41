"""Groups of the PostgreSQL broker: who is a member, who reads which partition, and how far the group has come.

A member's lease is renewed by `poll`. Partitions are dealt out among the members whose leases live, in turn; a member
gives up at its next poll what is no longer its own, and only then does another claim it, so that no two read the same
partition (except a paused member that wakes, whose commits are refused).
"""

from __future__ import annotations

import collections
import json
import threading
import time
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy.engine import Connection

from libs.bus.broker import BrokerError, Record, StartOffsets, TopicPartition
from libs.db import TRANSIENT, Database
from libs.db.driver import run

BUSY_POLL_SECONDS = 0.02
IDLE_POLL_SECONDS = 0.25
BUSY_FOR_SECONDS = 2.0
HEARTBEAT_SECONDS_MAX = 1.0

TopicTerms = tuple[int, str, int]  # its id, its table, its number of partitions


class Bell:
    """Wakes the readers of one process when one of its threads has published."""

    def __init__(self) -> None:
        self._rings: collections.Counter[str] = collections.Counter()
        self._condition = threading.Condition()

    def ring(self, topics: Collection[str]) -> None:
        """Wake whoever reads one of these topics."""
        with self._condition:
            self._rings.update(topics)
            self._condition.notify_all()

    def rings(self, topics: Iterable[str]) -> int:
        """Return how often it rang for these topics so far."""
        return sum(self._rings[topic] for topic in topics)

    def wait_after(self, heard: int, topics: Collection[str], timeout_seconds: float) -> None:
        """Return when it rang for these topics since `heard` rings, or when the time is over."""
        with self._condition:
            self._condition.wait_for(lambda: self.rings(topics) != heard, timeout_seconds)


class PostgresSubscription:
    """One member of a group."""

    def __init__(
        self,
        database: Database,
        bell: Bell,
        *,
        group: str,
        topics: Mapping[str, TopicTerms],
        member: str,
        start: StartOffsets | None,
        session_seconds: float,
        busy_poll_seconds: float,
    ) -> None:
        self._busy_poll_seconds = busy_poll_seconds
        self._database = database
        self._bell = bell
        self._group = group
        self._topics = topics
        self._names = {terms[0]: name for name, terms in topics.items()}
        self._member = member
        self._start = start
        self._session_seconds = session_seconds
        self._heartbeat_seconds = min(HEARTBEAT_SECONDS_MAX, session_seconds / 5)
        self._heartbeat_at = 0.0
        self._busy_until = 0.0
        self._offsets: dict[TopicPartition, int] = {}
        self._paused = False
        self._turn = 0

    def poll(self, *, records_max: int, timeout_seconds: float) -> list[Record]:
        """Return records, or none after the timeout; renew the lease on the way."""
        end = time.monotonic() + timeout_seconds
        while True:
            heard = self._bell.rings(self._topics)
            try:
                self._keep_membership()
                records = [] if self._paused else self._fetch(records_max)
            except TRANSIENT as error:
                raise BrokerError("the broker's database is away") from error
            now = time.monotonic()
            if records:
                self._busy_until = now + BUSY_FOR_SECONDS
            if records or now >= end:
                return records
            pause = self._busy_poll_seconds if now < self._busy_until else IDLE_POLL_SECONDS
            self._bell.wait_after(heard, self._topics, min(pause, end - now))

    def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Record the group's offsets where the claim is still ours."""
        rows = [(self._topics[at.topic][0], at.partition, offset) for at, offset in sorted(offsets.items())]
        terms = {
            "group": self._group,
            "member": self._member,
            "topics": [row[0] for row in rows],
            "partitions": [row[1] for row in rows],
            "offsets": [row[2] for row in rows],
        }
        try:
            with self._database.transaction() as connection:
                run(connection, _COMMIT, terms)
        except TRANSIENT as error:
            raise BrokerError("the broker's database is away") from error

    def seek(self, partition: TopicPartition, offset: int) -> None:
        """Read again from `offset`."""
        if partition in self._offsets:
            self._offsets[partition] = offset

    def assignment(self) -> frozenset[TopicPartition]:
        """Return what this member has claimed."""
        return frozenset(self._offsets)

    def pause(self) -> None:
        """Deliver nothing until resumed."""
        self._paused = True

    def resume(self) -> None:
        """Deliver again."""
        self._paused = False

    def close(self) -> None:
        """Give up the claims and the lease."""
        self._offsets = {}
        try:
            with self._database.transaction() as connection:
                terms = {"group": self._group, "member": self._member}
                run(connection, _LEAVE_CLAIMS, terms)
                run(connection, _LEAVE, terms)
        except TRANSIENT:
            pass  # The lease runs out by itself.

    def _keep_membership(self) -> None:
        if time.monotonic() < self._heartbeat_at:
            return
        with self._database.transaction() as connection:
            claimed = self._renew(connection)
            fresh = [partition for partition in claimed if partition not in self._offsets]
            starts = self._starts(connection, fresh) if fresh else {}
        self._offsets = {partition: self._offsets.get(partition, starts.get(partition, 0)) for partition in claimed}
        self._heartbeat_at = time.monotonic() + self._heartbeat_seconds

    def _renew(self, connection: Connection) -> list[TopicPartition]:
        terms = {"group": self._group, "member": self._member, "seconds": self._session_seconds}
        run(connection, _RENEW, terms)
        run(connection, _EXPIRE_CLAIMS, terms)
        run(connection, _EXPIRE_MEMBERS, terms)
        members = [row[0] for row in run(connection, _MEMBERS, terms)]
        mine = self._dealt_to_me(members)
        arrays = {"topics": [topic_id for topic_id, _ in mine], "partitions": [number for _, number in mine]}
        run(connection, _GIVE_UP, terms | arrays)
        run(connection, _CLAIM, terms | arrays)
        rows = run(connection, _CLAIMED, terms)
        return [TopicPartition(self._names[row[0]], row[1]) for row in rows if row[0] in self._names]

    def _dealt_to_me(self, members: list[str]) -> list[tuple[int, int]]:
        every = [
            (topic_id, number)
            for topic_id, _, partitions in sorted(self._topics.values())
            for number in range(partitions)
        ]
        place = members.index(self._member)
        return every[place :: len(members)]

    def _starts(self, connection: Connection, fresh: list[TopicPartition]) -> Mapping[TopicPartition, int]:
        if self._start is not None:
            return self._start(fresh)
        rows = run(connection, _COMMITTED, {"group": self._group})
        return {TopicPartition(self._names[row[0]], row[1]): row[2] for row in rows if row[0] in self._names}

    def _fetch(self, records_max: int) -> list[Record]:
        if not self._offsets:
            return []
        with self._database.reading() as connection:
            ends = self._ends_of_waiting(connection)
            if not ends:
                return []
            share = max(1, records_max // len(ends))
            records: list[Record] = []
            for table in ("bus_fact", "bus_state"):
                chosen = [partition for partition in ends if self._topics[partition.topic][1] == table]
                if chosen:
                    records += self._read(connection, table, chosen, share)
        self._move_on(records, ends, share)
        return self._trim(records, records_max)

    def _ends_of_waiting(self, connection: Connection) -> dict[TopicPartition, int]:
        """Return the partitions with something to read and their ends, beginning with another one each time."""
        ends: dict[TopicPartition, int] = {}
        terms = {
            "topics": [self._topics[at.topic][0] for at in self._offsets],
            "partitions": [at.partition for at in self._offsets],
            "offsets": list(self._offsets.values()),
        }
        for topic_id, number, end in run(connection, _ENDS, terms):
            partition = TopicPartition(self._names[topic_id], number)
            if self._offsets[partition] > end:
                self._offsets[partition] = 0  # The topic was made anew: begin with it again.
            ends[partition] = end
        self._turn += 1
        order = sorted(ends)
        turn = self._turn % len(order) if order else 0
        return {partition: ends[partition] for partition in order[turn:] + order[:turn]}

    def _read(self, connection: Connection, table: str, partitions: list[TopicPartition], share: int) -> list[Record]:
        terms = {
            "topics": [self._topics[partition.topic][0] for partition in partitions],
            "partitions": [partition.partition for partition in partitions],
            "offsets": [self._offsets[partition] for partition in partitions],
            "share": share,
        }
        rows = run(connection, _READ[table], terms).fetchall()
        # One text for all headers: to call the parser for each record costs more than the parsing.
        headers = json.loads(f"[{','.join([row[5] for row in rows])}]")
        names = self._names
        return [
            Record(names[row[0]], row[1], row[2], row[3], row[4], one) for row, one in zip(rows, headers, strict=True)
        ]

    def _move_on(self, records: list[Record], ends: Mapping[TopicPartition, int], share: int) -> None:
        """Stand after the records read, and after the end where all was read: compacted offsets never come."""
        places = [TopicPartition._make(record[:2]) for record in records]
        counts = collections.Counter(places)
        last = dict(zip(places, records, strict=True))
        self._offsets.update({partition: record.offset + 1 for partition, record in last.items()})
        for partition, end in ends.items():
            if counts[partition] < share:
                self._offsets[partition] = max(self._offsets[partition], end)

    def _trim(self, records: list[Record], records_max: int) -> list[Record]:
        """Give back what is beyond the maximum, to be read next time."""
        for record in reversed(records[records_max:]):
            self._offsets[TopicPartition(record.topic, record.partition)] = record.offset
        return records[:records_max]


_RENEW = """
INSERT INTO bus_member (group_name, member, expires_at)
VALUES (%(group)s, %(member)s, clock_timestamp() + %(seconds)s * interval '1 second')
ON CONFLICT (group_name, member) DO UPDATE SET expires_at = excluded.expires_at"""

_EXPIRE_CLAIMS = """
DELETE FROM bus_claim c WHERE group_name = %(group)s AND NOT EXISTS (
    SELECT 1 FROM bus_member m
    WHERE m.group_name = c.group_name AND m.member = c.member AND m.expires_at > clock_timestamp())"""

_EXPIRE_MEMBERS = """
DELETE FROM bus_member WHERE group_name = %(group)s AND expires_at <= clock_timestamp()"""

_MEMBERS = "SELECT member FROM bus_member WHERE group_name = %(group)s ORDER BY member"

_GIVE_UP = """
DELETE FROM bus_claim WHERE group_name = %(group)s AND member = %(member)s AND (topic_id, partition) NOT IN (
    SELECT * FROM unnest(CAST(%(topics)s AS int[]), CAST(%(partitions)s AS int[])))"""

_CLAIM = """
INSERT INTO bus_claim (group_name, topic_id, partition, member)
SELECT %(group)s, t.topic_id, t.partition, %(member)s
FROM unnest(CAST(%(topics)s AS int[]), CAST(%(partitions)s AS int[])) AS t (topic_id, partition)
ON CONFLICT DO NOTHING"""

_CLAIMED = """
SELECT topic_id, partition FROM bus_claim WHERE group_name = %(group)s AND member = %(member)s"""

_COMMITTED = """
SELECT topic_id, partition, next_offset FROM bus_group_offset WHERE group_name = %(group)s"""

_COMMIT = """
INSERT INTO bus_group_offset (group_name, topic_id, partition, next_offset)
SELECT %(group)s, o.topic_id, o.partition, o.next_offset
FROM unnest(CAST(%(topics)s AS int[]), CAST(%(partitions)s AS int[]), CAST(%(offsets)s AS bigint[]))
    AS o (topic_id, partition, next_offset)
JOIN bus_claim c ON c.group_name = %(group)s AND c.topic_id = o.topic_id AND c.partition = o.partition
    AND c.member = %(member)s
ON CONFLICT (group_name, topic_id, partition) DO UPDATE SET next_offset = excluded.next_offset"""

_LEAVE_CLAIMS = "DELETE FROM bus_claim WHERE group_name = %(group)s AND member = %(member)s"
_LEAVE = "DELETE FROM bus_member WHERE group_name = %(group)s AND member = %(member)s"

_ENDS = """
SELECT e.topic_id, e.partition, e.next_offset
FROM unnest(CAST(%(topics)s AS int[]), CAST(%(partitions)s AS int[]), CAST(%(offsets)s AS bigint[]))
    AS p (topic_id, partition, next_offset)
JOIN bus_end e ON e.topic_id = p.topic_id AND e.partition = p.partition
WHERE e.next_offset <> p.next_offset"""

_READ = {
    table: f"""
SELECT l.topic_id, l.partition, l."offset", l.key, l.value, l.headers
FROM unnest(CAST(%(topics)s AS int[]), CAST(%(partitions)s AS int[]), CAST(%(offsets)s AS bigint[]))
    WITH ORDINALITY AS p (topic_id, partition, next_offset, place)
JOIN LATERAL (
    SELECT * FROM {table} r
    WHERE r.topic_id = p.topic_id AND r.partition = p.partition AND r."offset" >= p.next_offset
    ORDER BY r."offset" LIMIT %(share)s
) l ON true
ORDER BY p.place, l."offset\""""
    for table in ("bus_fact", "bus_state")
}
