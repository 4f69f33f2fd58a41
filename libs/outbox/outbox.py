"""Collect a transaction's events and write them as its last statement, with gapless positions.

The row of the stream is locked by the statement that gives out the positions and released by the commit that follows,
so the order of positions is the order of commits, and a rollback gives its positions back.
"""

from __future__ import annotations

import collections
import dataclasses
from datetime import datetime
from uuid import UUID

from opentelemetry import propagate
from sqlalchemy.engine import Connection

from libs.db import collect
from libs.db.driver import run

PAYLOAD_BYTES_MAX = 900_000
EVENTS_PER_TRANSACTION_MAX = 100_000


class OversizeEventError(ValueError):
    """An event is larger than a broker takes; the transaction that appends it fails."""


@dataclasses.dataclass(frozen=True)
class OutgoingEvent:
    """A fact about to be committed.

    `version` is given only on state topics, and grows with each state of the subject; there, `payload` None is a
    tombstone. `key` is what must stay in order, `subject` what a bad event parks.
    """

    event_id: UUID
    event_type: str
    topic: str
    stream: str
    key: str
    subject: str
    payload: bytes | None
    occurred_at: datetime
    version: int | None = None


def append(connection: Connection, event: OutgoingEvent) -> None:
    """Publish the event if, and only if, this transaction commits.

    Raises:
        OversizeEventError: its payload has more than PAYLOAD_BYTES_MAX bytes.
    """
    if event.payload is not None and len(event.payload) > PAYLOAD_BYTES_MAX:
        raise OversizeEventError(f"{event.event_type} of {len(event.payload)} bytes")
    assert event.payload is not None or event.version is not None, "only a state topic has tombstones"
    collect(connection, write_events, (event, current_traceparent()))


def write_events(connection: Connection, appended: list[tuple[OutgoingEvent, str | None]]) -> None:
    """Give the events their positions and write them, in one statement; a commit must follow at once."""
    if len(appended) == 1:
        _write_one(connection, *appended[0])
        return
    events = [event for event, _ in appended]
    assert len(events) <= EVENTS_PER_TRANSACTION_MAX
    counts = collections.Counter((event.topic, event.stream) for event in events)
    streams = sorted(counts)  # One order for all writers, so that two transactions never wait for each other.
    numbers: collections.Counter[tuple[str, str]] = collections.Counter()
    ordinals = []
    for event in events:
        numbers[event.topic, event.stream] += 1
        ordinals.append(numbers[event.topic, event.stream])
    run(
        connection,
        _WRITE,
        {
            "stream_topics": [topic for topic, _ in streams],
            "stream_names": [stream for _, stream in streams],
            "stream_counts": [counts[stream] for stream in streams],
            "ordinals": ordinals,
            "topics": [event.topic for event in events],
            "streams": [event.stream for event in events],
            "event_ids": [event.event_id for event in events],
            "event_types": [event.event_type for event in events],
            "keys": [event.key for event in events],
            "subjects": [event.subject for event in events],
            "payloads": [event.payload for event in events],
            "versions": [event.version for event in events],
            "occurred": [event.occurred_at for event in events],
            "traceparents": [traceparent for _, traceparent in appended],
        },
    )


def _write_one(connection: Connection, event: OutgoingEvent, traceparent: str | None) -> None:
    """Write the only event of a transaction: most have one, and this costs half as much."""
    terms = {
        "topic": event.topic,
        "stream": event.stream,
        "event_id": event.event_id,
        "event_type": event.event_type,
        "key": event.key,
        "subject": event.subject,
        "payload": event.payload,
        "version": event.version,
        "occurred_at": event.occurred_at,
        "traceparent": traceparent,
    }
    run(connection, _WRITE_ONE, terms)


def current_traceparent() -> str | None:
    """Return the W3C trace context of what runs now, if there is one."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return carrier.get("traceparent")


_WRITE = """
WITH wanted AS (
    SELECT *
    FROM unnest(CAST(%(stream_topics)s AS text[]), CAST(%(stream_names)s AS text[]),
            CAST(%(stream_counts)s AS bigint[]))
        AS w (topic, stream, events)
), numbered AS (
    INSERT INTO outbox_stream AS s (topic, stream, last_pos)
    SELECT topic, stream, events FROM wanted
    ON CONFLICT (topic, stream) DO UPDATE SET last_pos = s.last_pos + excluded.last_pos
    RETURNING s.topic, s.stream, s.last_pos
)
INSERT INTO outbox (topic, stream, pos, event_id, event_type, key, subject, payload, version, occurred_at, traceparent)
SELECT e.topic, e.stream, n.last_pos - w.events + e.ordinal, e.event_id, e.event_type, e.key, e.subject, e.payload,
    e.version, e.occurred_at, e.traceparent
FROM unnest(CAST(%(topics)s AS text[]), CAST(%(streams)s AS text[]), CAST(%(ordinals)s AS bigint[]),
        CAST(%(event_ids)s AS uuid[]), CAST(%(event_types)s AS text[]), CAST(%(keys)s AS text[]),
        CAST(%(subjects)s AS text[]), CAST(%(payloads)s AS bytea[]), CAST(%(versions)s AS bigint[]),
        CAST(%(occurred)s AS timestamptz[]), CAST(%(traceparents)s AS text[]))
    AS e (topic, stream, ordinal, event_id, event_type, key, subject, payload, version, occurred_at, traceparent)
JOIN wanted w USING (topic, stream)
JOIN numbered n USING (topic, stream)
"""

_WRITE_ONE = """
WITH numbered AS (
    INSERT INTO outbox_stream AS s (topic, stream, last_pos) VALUES (%(topic)s, %(stream)s, 1)
    ON CONFLICT (topic, stream) DO UPDATE SET last_pos = s.last_pos + 1 RETURNING s.last_pos
)
INSERT INTO outbox (topic, stream, pos, event_id, event_type, key, subject, payload, version, occurred_at, traceparent)
SELECT %(topic)s, %(stream)s, last_pos, %(event_id)s, %(event_type)s, %(key)s, %(subject)s, CAST(%(payload)s AS bytea),
    CAST(%(version)s AS bigint), CAST(%(occurred_at)s AS timestamptz), CAST(%(traceparent)s AS text)
FROM numbered
"""
