"""How far a relay has come, written only under the epoch of the leader of today."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy
from sqlalchemy.engine import Connection

from libs.outbox.source import Stream


class StaleLeaderError(RuntimeError):
    """Another leader's epoch has begun."""


def become_leader(connection: Connection, relay: str) -> int:
    """Begin a new epoch and return it; waits for a cursor update of the last one."""
    epoch = connection.scalar(_BEGIN_EPOCH, {"relay": relay})
    assert isinstance(epoch, int)
    return epoch


def refuse_stale(connection: Connection, relay: str, epoch: int, *, lock: bool = False) -> None:
    """Raise unless this epoch is still the relay's; with `lock`, no other begins until this transaction ends.

    Raises:
        StaleLeaderError: another has begun.
    """
    if connection.scalar(_LOCK_EPOCH if lock else _EPOCH, {"relay": relay}) != epoch:
        raise StaleLeaderError(relay)


def published_positions(connection: Connection) -> dict[Stream, int]:
    """Return the last acknowledged position of each stream."""
    return {Stream(topic, name): position for topic, name, position in connection.execute(_PUBLISHED)}


def mark_published(connection: Connection, relay: str, epoch: int, positions: Mapping[Stream, int]) -> None:
    """Move the cursors.

    Raises:
        StaleLeaderError: this epoch is over.
    """
    refuse_stale(connection, relay, epoch, lock=True)
    ordered = sorted(positions.items())
    terms = {
        "topics": [stream.topic for stream, _ in ordered],
        "streams": [stream.name for stream, _ in ordered],
        "positions": [position for _, position in ordered],
    }
    connection.execute(_MARK, terms)


def rewind(connection: Connection, relay: str, stream: Stream, position: int) -> None:
    """Have everything after `position` published once more; the leader of today steps down and reads this anew."""
    connection.execute(_BEGIN_EPOCH, {"relay": relay})
    connection.execute(_REWIND, {"topic": stream.topic, "stream": stream.name, "position": position})


_BEGIN_EPOCH = sqlalchemy.text("""
INSERT INTO outbox_leader AS l (relay, epoch) VALUES (:relay, 1)
ON CONFLICT (relay) DO UPDATE SET epoch = l.epoch + 1, since = now() RETURNING epoch""")

_EPOCH = sqlalchemy.text("SELECT epoch FROM outbox_leader WHERE relay = :relay")
_LOCK_EPOCH = sqlalchemy.text("SELECT epoch FROM outbox_leader WHERE relay = :relay FOR SHARE")

_PUBLISHED = sqlalchemy.text("SELECT topic, stream, published_pos FROM outbox_published")

_MARK = sqlalchemy.text("""
INSERT INTO outbox_published AS p (topic, stream, published_pos)
SELECT * FROM unnest(CAST(:topics AS text[]), CAST(:streams AS text[]), CAST(:positions AS bigint[]))
ON CONFLICT (topic, stream) DO UPDATE SET published_pos = excluded.published_pos""")

_REWIND = sqlalchemy.text("""
UPDATE outbox_published SET published_pos = least(published_pos, :position)
WHERE topic = :topic AND stream = :stream""")
