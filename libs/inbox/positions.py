"""Where a group stands: one position per stream, one version per subject of a state topic, one offset per partition.

All three are written in the transaction of the effects. A write tells what it believes the old position to be, so that
of two members that apply the same events (one was paused and woke) only one commits.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy.engine import Connection

from libs.bus import TopicPartition
from libs.db.driver import run


class StreamKey(NamedTuple):
    """A topic and the name of a stream on it."""

    topic: str
    stream: str


class SubjectKey(NamedTuple):
    """What a state event is the state of."""

    topic: str
    event_type: str
    subject: str


@dataclasses.dataclass
class Position:
    """How far one stream has been applied, and where the broker keeps what comes next."""

    position: int = 0
    partition: int = 0
    offset: int = -1
    stopped_at_offset: int | None = None
    stored: int = 0  # The position the database had when this transaction began.
    epoch: int = 0  # The life of the publisher's database whose events were applied; 0 where none was heard.
    came_epoch: int | None = None  # The newer one that stopped the stream.


class ConcurrentMemberError(RuntimeError):
    """Another member applied events of the same stream at the same time; try again with its positions."""


class PositionStore:
    """The positions of one group, in one transaction."""

    def __init__(self, connection: Connection, group: str) -> None:
        self._connection = connection
        self._group = group

    def lock_positions(self, streams: Iterable[StreamKey]) -> Callable[[], dict[StreamKey, Position]]:
        """Ask for the positions, for change; what is returned gives them. A stream never heard of is at 0."""
        wanted = sorted(set(streams))
        terms = {"group": self._group, "topics": [k.topic for k in wanted], "streams": [k.stream for k in wanted]}
        rows = run(self._connection, _LOCK, terms)

        def positions() -> dict[StreamKey, Position]:
            places = {key: Position() for key in wanted}
            for topic, stream, position, partition, offset, stopped, epoch, came in rows:
                key = StreamKey(topic, stream)
                places[key] = Position(position, partition, offset, stopped, position, epoch, came)
            return places

        return positions

    def save_positions(self, positions: Mapping[StreamKey, Position]) -> Callable[[], None]:
        """Write what changed; what is returned raises ConcurrentMemberError if somebody else moved one meanwhile."""
        rows = sorted(positions.items())
        if not rows:
            return lambda: None
        terms = {
            "group": self._group,
            "topics": [key.topic for key, _ in rows],
            "streams": [key.stream for key, _ in rows],
            "positions": [at.position for _, at in rows],
            "partitions": [at.partition for _, at in rows],
            "offsets": [at.offset for _, at in rows],
            "stopped": [at.stopped_at_offset for _, at in rows],
            "stored": [at.stored for _, at in rows],
            "epochs": [at.epoch for _, at in rows],
            "came": [at.came_epoch for _, at in rows],
        }
        saved = run(self._connection, _SAVE, terms)

        def confirm() -> None:
            if saved.rowcount != len(rows):
                raise ConcurrentMemberError(self._group)

        return confirm

    def versions(self, subjects: Iterable[SubjectKey]) -> Callable[[], dict[SubjectKey, int]]:
        """Ask for the versions applied; what is returned gives them. A subject never heard of is left out."""
        wanted = sorted(set(subjects))
        if not wanted:
            return dict
        terms = {
            "group": self._group,
            "topics": [key.topic for key in wanted],
            "types": [key.event_type for key in wanted],
            "subjects": [key.subject for key in wanted],
        }
        rows = run(self._connection, _VERSIONS, terms)
        return lambda: {SubjectKey(topic, kind, subject): version for topic, kind, subject, version in rows}

    def save_versions(self, versions: Mapping[SubjectKey, int]) -> None:
        """Write the versions applied."""
        rows = sorted(versions.items())
        if not rows:
            return
        terms = {
            "group": self._group,
            "topics": [key.topic for key, _ in rows],
            "types": [key.event_type for key, _ in rows],
            "subjects": [key.subject for key, _ in rows],
            "versions": [version for _, version in rows],
        }
        run(self._connection, _SAVE_VERSIONS, terms)

    def forget_versions(self, states: Mapping[str, str]) -> None:
        """Let states of these event types, given with their topics, be applied again."""
        terms = {"group": self._group, "types": list(states), "topics": list(states.values())}
        run(self._connection, _FORGET_VERSIONS, terms)

    def offsets(self) -> dict[TopicPartition, int]:
        """Return where to go on reading."""
        rows = run(self._connection, _OFFSETS, {"group": self._group})
        return {TopicPartition(topic, partition): offset for topic, partition, offset in rows}

    def epochs(self) -> dict[str, int]:
        """Return, for each topic of which it was told, of which epoch the group takes streams it has not heard yet."""
        rows = run(self._connection, _EPOCHS, {"group": self._group})
        return {row[0]: row[1] for row in rows}

    def save_offsets(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Write where to go on reading."""
        rows = sorted(offsets.items())
        terms = {
            "group": self._group,
            "topics": [at.topic for at, _ in rows],
            "partitions": [at.partition for at, _ in rows],
            "offsets": [offset for _, offset in rows],
        }
        run(self._connection, _SAVE_OFFSETS, terms)


def reached_positions(connection: Connection, group: str, topics: Sequence[str]) -> dict[StreamKey, int]:
    """Return the last position of each stream that this group has applied; events set aside (parked) count."""
    rows = run(connection, _POSITIONS, {"group": group, "topics": list(topics)})
    return {StreamKey(topic, stream): position for topic, stream, position in rows}


def missing_events(connection: Connection, group: str, topics: Sequence[str], heads: Mapping[StreamKey, int]) -> int:
    """Return how many events this group has not applied yet, by what publishers say of their streams.

    Asked without the broker.
    """
    return events_after(reached_positions(connection, group, topics), topics, heads)


def events_after(reached: Mapping[StreamKey, int], topics: Sequence[str], heads: Mapping[StreamKey, int]) -> int:
    """Return how many events of these topics lie after the positions reached."""
    mine = {key: head for key, head in heads.items() if key.topic in set(topics)}
    return sum(max(0, head - reached.get(key, 0)) for key, head in mine.items())


_LOCK = """
SELECT topic, stream, position, broker_partition, broker_offset, stopped_at_offset, epoch, came_epoch
FROM inbox_position WHERE group_name = %(group)s AND (topic, stream) IN (
    SELECT * FROM unnest(CAST(%(topics)s AS text[]), CAST(%(streams)s AS text[])))
ORDER BY topic, stream FOR UPDATE"""

_SAVE = """
INSERT INTO inbox_position AS p
    (group_name, topic, stream, position, broker_partition, broker_offset, stopped_at_offset, stopped_since,
    epoch, came_epoch)
SELECT %(group)s, n.topic, n.stream, n.position, n.partition, n.at, n.stopped,
    CASE WHEN n.stopped IS NOT NULL THEN now() END, n.epoch, n.came
FROM unnest(CAST(%(topics)s AS text[]), CAST(%(streams)s AS text[]), CAST(%(positions)s AS bigint[]),
    CAST(%(partitions)s AS int[]), CAST(%(offsets)s AS bigint[]), CAST(%(stopped)s AS bigint[]),
    CAST(%(epochs)s AS bigint[]), CAST(%(came)s AS bigint[]))
    AS n (topic, stream, position, partition, at, stopped, epoch, came)
ON CONFLICT (group_name, topic, stream) DO UPDATE SET position = excluded.position,
    broker_partition = excluded.broker_partition, broker_offset = excluded.broker_offset,
    stopped_at_offset = excluded.stopped_at_offset, epoch = excluded.epoch, came_epoch = excluded.came_epoch,
    stopped_since = CASE WHEN excluded.stopped_at_offset IS NOT NULL THEN coalesce(p.stopped_since, now()) END
WHERE p.position = (SELECT s.stored
    FROM unnest(CAST(%(topics)s AS text[]), CAST(%(streams)s AS text[]), CAST(%(stored)s AS bigint[]))
        AS s (topic, stream, stored)
    WHERE s.topic = excluded.topic AND s.stream = excluded.stream)"""

_VERSIONS = """
SELECT topic, event_type, subject, version FROM inbox_version
WHERE group_name = %(group)s AND (topic, event_type, subject) IN (
    SELECT * FROM unnest(CAST(%(topics)s AS text[]), CAST(%(types)s AS text[]), CAST(%(subjects)s AS text[])))"""

_SAVE_VERSIONS = """
INSERT INTO inbox_version (group_name, topic, event_type, subject, version)
SELECT %(group)s, * FROM unnest(CAST(%(topics)s AS text[]), CAST(%(types)s AS text[]), CAST(%(subjects)s AS text[]),
    CAST(%(versions)s AS bigint[]))
ON CONFLICT (group_name, topic, event_type, subject) DO UPDATE SET version = excluded.version"""

_FORGET_VERSIONS = """
DELETE FROM inbox_version WHERE group_name = %(group)s AND (event_type, topic) IN (
    SELECT * FROM unnest(CAST(%(types)s AS text[]), CAST(%(topics)s AS text[])))"""

_OFFSETS = "SELECT topic, partition, next_offset FROM inbox_offset WHERE group_name = %(group)s"

_EPOCHS = "SELECT topic, epoch FROM inbox_epoch WHERE group_name = %(group)s"

_SAVE_OFFSETS = """
INSERT INTO inbox_offset (group_name, topic, partition, next_offset)
SELECT %(group)s, *
FROM unnest(CAST(%(topics)s AS text[]), CAST(%(partitions)s AS int[]), CAST(%(offsets)s AS bigint[]))
ON CONFLICT (group_name, topic, partition) DO UPDATE SET next_offset = excluded.next_offset"""

_POSITIONS = """
SELECT topic, stream, position FROM inbox_position WHERE group_name = %(group)s AND topic = ANY(%(topics)s)"""
