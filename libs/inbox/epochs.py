"""What a group is told after a publisher's database was restored: of which epoch it takes events from now on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import sqlalchemy
from sqlalchemy.engine import Connection

from libs.bus import TopicPartition
from libs.inbox.operate import EPOCH_ACCEPTED, record_act


class StreamEpoch(NamedTuple):
    """Of which epoch a group has applied a stream, and which newer one stopped it, if one did."""

    group_name: str
    topic: str
    epoch: int
    came_epoch: int | None
    streams: int


def list_stream_epochs(connection: Connection) -> list[StreamEpoch]:
    """Return the epochs of what was applied, with the number of streams of each."""
    return [StreamEpoch._make(row) for row in connection.execute(_LIST)]


class StreamPlace(NamedTuple):
    """How far a group has applied one stream, of which epoch, and the newer one that stopped it, if one did."""

    position: int
    epoch: int
    came_epoch: int | None


def stream_places(connection: Connection, group: str, topic: str) -> dict[str, StreamPlace]:
    """Return how far a group has come on each stream of a topic that it has heard."""
    rows = connection.execute(_PLACES, {"group": group, "topic": topic})
    return {row.stream: StreamPlace(row.position, row.epoch, row.came_epoch) for row in rows}


def accept_epoch(
    connection: Connection,
    *,
    group: str,
    topic: str,
    epoch: int,
    heads: Mapping[str, int],
    operator: str,
    reason: str,
) -> dict[str, int]:
    """Have a group take the events of a topic of this epoch from now on; return after which position of each stream.

    `heads` are the positions at which the publisher's streams stood when it was restored: what the group has applied
    beyond them is not there any more, and other events take these positions. A stream never heard is at 0. Events of
    earlier epochs that still lie on the broker are dropped; the publisher tells again what was not applied.
    """
    terms = {"group": group, "topic": topic, "epoch": epoch}
    connection.execute(_FLOOR, terms)
    streams = sorted(heads)
    connection.execute(_NEVER_HEARD, terms | {"streams": streams})
    arrays = {"streams": streams, "heads": [heads[stream] for stream in streams]}
    rows = connection.execute(_ACCEPT, terms | arrays).all()
    partitions: dict[int, int] = {}
    for row in rows:
        if row.stopped_at_offset is not None:
            first = partitions.get(row.broker_partition, row.stopped_at_offset)
            partitions[row.broker_partition] = min(first, row.stopped_at_offset)
    for partition, offset in partitions.items():
        connection.execute(_READ_FROM, terms | {"partition": partition, "offset": offset})
    moved = {row.stream: row.before for row in rows if row.before != row.position}
    detail = {
        "group": group,
        "topic": topic,
        "epoch": epoch,
        "from": moved,
        "partitions": [[partition, offset] for partition, offset in sorted(partitions.items())],
    }
    record_act(connection, operator=operator, act=EPOCH_ACCEPTED, subject=topic, reason=reason, detail=detail)
    return {row.stream: row.position for row in rows}


def forget_offsets_beyond(connection: Connection, group: str, ends: Mapping[TopicPartition, int] | None) -> int:
    """Read partitions from their beginning where the broker has less than was read; return how many these are.

    `ends` None is a broker that has nothing at all.
    """
    if ends is None:
        return connection.execute(_FORGET_ALL_OFFSETS, {"group": group}).rowcount
    count = 0
    for at, end in ends.items():
        terms = {"group": group, "topic": at.topic, "partition": at.partition, "end": end}
        count += connection.execute(_FORGET_OFFSET, terms).rowcount
    return count


_LIST = sqlalchemy.text("""
SELECT group_name, topic, epoch, came_epoch, count(*) AS streams FROM inbox_position
GROUP BY group_name, topic, epoch, came_epoch ORDER BY group_name, topic, epoch, came_epoch""")

_PLACES = sqlalchemy.text("""
SELECT stream, position, epoch, came_epoch FROM inbox_position WHERE group_name = :group AND topic = :topic""")

_FLOOR = sqlalchemy.text("""
INSERT INTO inbox_epoch AS e (group_name, topic, epoch) VALUES (:group, :topic, :epoch)
ON CONFLICT (group_name, topic) DO UPDATE SET epoch = greatest(e.epoch, excluded.epoch)""")

_NEVER_HEARD = sqlalchemy.text("""
INSERT INTO inbox_position (group_name, topic, stream, position, broker_partition, broker_offset, epoch)
SELECT :group, :topic, stream, 0, 0, -1, :epoch FROM unnest(CAST(:streams AS text[])) AS s (stream)
ON CONFLICT DO NOTHING""")

# A stream that is not among the heads did not exist at that time: it begins anew.
_ACCEPT = sqlalchemy.text("""
WITH old AS (SELECT stream, position AS before, stopped_at_offset FROM inbox_position
    WHERE group_name = :group AND topic = :topic AND epoch < :epoch FOR UPDATE)
UPDATE inbox_position p SET epoch = :epoch, came_epoch = NULL, stopped_at_offset = NULL, stopped_since = NULL,
    position = least(old.before, coalesce(h.head, 0)),
    broker_offset = CASE WHEN old.stopped_at_offset IS NOT NULL THEN old.stopped_at_offset - 1 ELSE p.broker_offset END
FROM old LEFT JOIN unnest(CAST(:streams AS text[]), CAST(:heads AS bigint[])) AS h (stream, head) USING (stream)
WHERE p.group_name = :group AND p.topic = :topic AND p.stream = old.stream
RETURNING p.stream, p.position, old.before, p.broker_partition, old.stopped_at_offset""")

_READ_FROM = sqlalchemy.text("""
UPDATE inbox_offset SET next_offset = least(next_offset, :offset)
WHERE group_name = :group AND topic = :topic AND partition = :partition""")

_FORGET_ALL_OFFSETS = sqlalchemy.text("UPDATE inbox_offset SET next_offset = 0 WHERE group_name = :group")

_FORGET_OFFSET = sqlalchemy.text("""
UPDATE inbox_offset SET next_offset = 0
WHERE group_name = :group AND topic = :topic AND partition = :partition AND next_offset > :end""")
