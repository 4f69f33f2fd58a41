"""Where a relay reads committed events: the outbox table, or a journal that is its own outbox."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID

import sqlalchemy
from sqlalchemy.engine import Connection

from libs.db.driver import run


class Stream(NamedTuple):
    """A run of gapless positions."""

    topic: str
    name: str


class StoredEvent(NamedTuple):
    """A committed event with its position."""

    topic: str
    stream: str
    position: int
    event_id: UUID
    event_type: str
    key: str
    subject: str
    payload: bytes | None
    version: int | None
    occurred_at: datetime
    traceparent: str | None = None


class Source(Protocol):
    """Something that holds events at gapless positions, committed in the order of these positions."""

    def heads(self, connection: Connection) -> Mapping[Stream, int]:
        """Return the last committed position of every stream."""

    def read(self, connection: Connection, stream: Stream, *, after: int, limit: int) -> list[StoredEvent]:
        """Return the events after a position, in order, without a hole."""

    def counts_since(self, connection: Connection, since: datetime | None) -> Mapping[str, int]:
        """Return how many events of each type happened at or after an instant."""


class OutboxSource:
    """The outbox table."""

    def heads(self, connection: Connection) -> dict[Stream, int]:
        """Return the last position of every stream."""
        return {Stream(topic, name): last for topic, name, last in run(connection, _HEADS)}

    def read(self, connection: Connection, stream: Stream, *, after: int, limit: int) -> list[StoredEvent]:
        """Return the rows after a position."""
        terms = {"topic": stream.topic, "stream": stream.name, "after": after, "limit": limit}
        return [StoredEvent._make(row) for row in run(connection, _READ, terms)]

    def counts_since(self, connection: Connection, since: datetime | None) -> dict[str, int]:
        """Return how many rows there are by type."""
        return {row.event_type: row.number for row in connection.execute(_COUNTS, {"since": since})}


_HEADS = "SELECT topic, stream, last_pos FROM outbox_stream"

_READ = """
SELECT topic, stream, pos, event_id, event_type, key, subject, payload, version, occurred_at, traceparent
FROM outbox WHERE topic = %(topic)s AND stream = %(stream)s AND pos > %(after)s ORDER BY pos LIMIT %(limit)s"""

_COUNTS = sqlalchemy.text("""
SELECT event_type, count(*) AS number FROM outbox WHERE CAST(:since AS timestamptz) IS NULL OR occurred_at >= :since
GROUP BY event_type""")
