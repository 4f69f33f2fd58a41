"""What an operator may do about events that were set aside; every act is recorded with who did it and why.

Plain functions on one transaction: the `timebank events` command asks first and calls them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy
from sqlalchemy.engine import Connection

from libs.inbox.events import IncomingEvent
from libs.inbox.parking import ParkedEvent, digest_of, is_open, parked_event

LISTED_MAX = 500
POSITION_MOVED = "position_moved"
EPOCH_ACCEPTED = "epoch_accepted"


class ParkedSummary(NamedTuple):
    """One subject that is set aside, by its first event."""

    number: int
    group_name: str
    topic: str
    subject: str
    event_type: str
    state: str
    reason: str
    attempts: int
    parked_at: datetime
    events: int


class StreamStanding(NamedTuple):
    """Where one group stands on one stream."""

    group_name: str
    topic: str
    stream: str
    position: int
    broker_partition: int
    stopped_at_offset: int | None
    stopped_since: datetime | None


class NoSuchEventError(LookupError):
    """Nothing with this number is set aside, or not any more."""


def list_parked(connection: Connection, *, limit: int = LISTED_MAX) -> list[ParkedSummary]:
    """Return the subjects set aside, the oldest first."""
    return [ParkedSummary._make(row) for row in connection.execute(_LIST, {"limit": min(limit, LISTED_MAX)})]


def list_streams(connection: Connection, *, only_stopped: bool = False) -> list[StreamStanding]:
    """Return where each group stands on each stream."""
    rows = connection.execute(_STREAMS, {"only_stopped": only_stopped})
    return [StreamStanding._make(row) for row in rows]


def show(connection: Connection, number: int) -> ParkedEvent:
    """Return one event with its bytes and headers; the caller masks what is personal.

    Raises:
        NoSuchEventError: it is not set aside.
    """
    row = connection.execute(_SHOW, {"number": number}).one_or_none()
    if row is None:
        raise NoSuchEventError(str(number))
    return parked_event(row)


def mend(connection: Connection, number: int, *, payload: bytes, operator: str, reason: str) -> None:
    """Give a dead event other bytes and let it be tried again; the record of acts keeps what may be kept."""
    old = show(connection, number)
    connection.execute(_MEND, {"number": number, "payload": payload})
    record_act(connection, operator=operator, act="mended", subject=old.event.subject, reason=reason,
               detail={"number": number, "before": _kept(old.event),
                       "after": _kept(old.event._replace(payload=payload))})  # fmt: skip
    _try_now(connection, number)


def replay(connection: Connection, number: int, *, operator: str, reason: str) -> None:
    """Let a dead event be tried again as it is, and those behind it after it."""
    old = show(connection, number)
    _try_now(connection, number)
    record_act(connection, operator=operator, act="replayed", subject=old.event.subject, reason=reason,
               detail={"number": number, "event_id": str(old.event.event_id)})  # fmt: skip


def pass_over(connection: Connection, number: int, *, operator: str, reason: str) -> None:
    """Give a dead event up for good; those behind it go on. The record of acts keeps what may be kept."""
    old = show(connection, number)
    connection.execute(_REMOVE, {"number": number})
    detail: dict[str, object] = {"number": number, "event_id": str(old.event.event_id), "type": old.event.event_type}
    detail |= {"payload": _kept(old.event)}
    subject = old.event.subject
    record_act(connection, operator=operator, act="passed_over", subject=subject, reason=reason, detail=detail)


def _kept(event: IncomingEvent) -> str | None:
    """Return what is kept of an event for ever: a fact's bytes; of what may tell of a person a digest."""
    if event.payload is None:
        return None
    return event.payload.hex() if is_open(event) else f"sha256:{digest_of(event)}"


def move_position(
    connection: Connection, *, group: str, topic: str, stream: str, position: int, operator: str, reason: str
) -> None:
    """Have a group go on after `position` of a stream: lower repeats events, higher gives up what is missing.

    The consumer that is running reads the partition again from its beginning; what it knows it passes over.

    Raises:
        NoSuchEventError: the group has never heard this stream.
    """
    terms = {"group": group, "topic": topic, "stream": stream, "position": position}
    old = connection.execute(_FIND_STREAM, terms).one_or_none()
    if old is None:
        raise NoSuchEventError(f"{group} {topic} {stream}")
    connection.execute(_MOVE, terms)
    connection.execute(_READ_AGAIN, terms | {"partition": old.broker_partition})
    detail = {"group": group, "topic": topic, "partition": old.broker_partition, "from": old.position, "to": position}
    record_act(connection, operator=operator, act=POSITION_MOVED, subject=stream, reason=reason, detail=detail)


def record_act(
    connection: Connection, *, operator: str, act: str, subject: str, reason: str, detail: Mapping[str, object]
) -> None:
    """Write down who did what, and why."""
    terms = {"operator": operator, "act": act, "subject": subject, "reason": reason, "detail": json.dumps(detail)}
    connection.execute(_ACT, terms)


def moves_after(connection: Connection, group: str, number: int) -> Sequence[tuple[int, str, int, int]]:
    """Return the number, topic, partition and offset of what is to be read again because of an act after this one."""
    terms = {"moved": POSITION_MOVED, "accepted": EPOCH_ACCEPTED, "group": group, "number": number}
    return [(row[0], row[1], row[2], row[3]) for row in connection.execute(_MOVES, terms)]


def last_act(connection: Connection) -> int:
    """Return the number of the last act recorded."""
    return int(connection.scalar(sqlalchemy.text("SELECT coalesce(max(number), 0) FROM inbox_act")) or 0)


def _try_now(connection: Connection, number: int) -> None:
    connection.execute(_TRY_NOW, {"number": number})


_LIST = sqlalchemy.text("""
SELECT number, group_name, topic, subject, event_type, state, reason, attempts, parked_at, events FROM (
    SELECT DISTINCT ON (group_name, topic, subject) number, group_name, topic, subject, event_type, state, reason,
        attempts, parked_at, count(*) OVER (PARTITION BY group_name, topic, subject) AS events
    FROM inbox_parked ORDER BY group_name, topic, subject, number) AS head
ORDER BY parked_at, number LIMIT :limit""")

_STREAMS = sqlalchemy.text("""
SELECT group_name, topic, stream, position, broker_partition, stopped_at_offset, stopped_since FROM inbox_position
WHERE NOT :only_stopped OR stopped_at_offset IS NOT NULL ORDER BY group_name, topic, stream""")

_SHOW = sqlalchemy.text("SELECT * FROM inbox_parked WHERE number = :number FOR UPDATE")

_MEND = sqlalchemy.text("UPDATE inbox_parked SET payload = :payload WHERE number = :number")

_TRY_NOW = sqlalchemy.text("""
UPDATE inbox_parked SET state = 'waiting', retry_at = clock_timestamp(), parked_at = clock_timestamp(), attempts = 0,
    announced = false
WHERE number = :number AND state <> 'queued'""")

_REMOVE = sqlalchemy.text("DELETE FROM inbox_parked WHERE number = :number")

_FIND_STREAM = sqlalchemy.text("""
SELECT position, broker_partition FROM inbox_position
WHERE group_name = :group AND topic = :topic AND stream = :stream FOR UPDATE""")

_MOVE = sqlalchemy.text("""
UPDATE inbox_position SET position = :position, broker_offset = -1, stopped_at_offset = NULL, stopped_since = NULL
WHERE group_name = :group AND topic = :topic AND stream = :stream""")

_READ_AGAIN = sqlalchemy.text("""
UPDATE inbox_offset SET next_offset = 0 WHERE group_name = :group AND topic = :topic AND partition = :partition""")

_ACT = sqlalchemy.text("""
INSERT INTO inbox_act (operator, act, subject, reason, detail)
VALUES (:operator, :act, :subject, :reason, CAST(:detail AS jsonb))""")

_MOVES = sqlalchemy.text("""
SELECT number, detail->>'topic', (detail->>'partition')::integer, 0::bigint FROM inbox_act
WHERE act = :moved AND detail->>'group' = :group AND number > :number
UNION ALL
SELECT number, detail->>'topic', (place->>0)::integer, (place->>1)::bigint
FROM inbox_act CROSS JOIN LATERAL jsonb_array_elements(detail->'partitions') AS places (place)
WHERE act = :accepted AND detail->>'group' = :group AND number > :number
ORDER BY number""")
