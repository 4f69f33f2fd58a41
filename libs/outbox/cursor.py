"""How far a relay has come, written only under the epoch of the leader of today."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.engine import Connection

from libs.db.driver import run, scalar
from libs.outbox.source import Stream


class StaleLeaderError(RuntimeError):
    """Another leader's epoch has begun."""


def become_leader(connection: Connection, relay: str) -> int:
    """Begin a new epoch and return it; waits for a cursor update of the last one."""
    epoch = scalar(connection, _BEGIN_EPOCH, {"relay": relay})
    assert isinstance(epoch, int)
    return epoch


def refuse_stale(connection: Connection, relay: str, epoch: int) -> None:
    """Raise unless this epoch is still the relay's.

    Raises:
        StaleLeaderError: another has begun.
    """
    if scalar(connection, _EPOCH, {"relay": relay}) != epoch:
        raise StaleLeaderError(relay)


def published_positions(connection: Connection) -> dict[Stream, int]:
    """Return the last acknowledged position of each stream."""
    return {Stream(topic, name): position for topic, name, position in run(connection, _PUBLISHED)}


def mark_published(connection: Connection, relay: str, epoch: int, positions: Mapping[Stream, int]) -> None:
    """Move the cursors.

    Raises:
        StaleLeaderError: this epoch is over.
    """
    ordered = sorted(positions.items())
    terms = {
        "relay": relay,
        "epoch": epoch,
        "topics": [stream.topic for stream, _ in ordered],
        "streams": [stream.name for stream, _ in ordered],
        "positions": [position for _, position in ordered],
    }
    if run(connection, _MARK, terms).rowcount != len(ordered):
        raise StaleLeaderError(relay)


def step_down(connection: Connection, relay: str) -> None:
    """Have the leader of today step down, and read everything anew if it leads again."""
    run(connection, _BEGIN_EPOCH, {"relay": relay})


def rewind(connection: Connection, relay: str, stream: Stream, position: int) -> None:
    """Have everything after `position` published once more; the leader of today steps down and reads this anew."""
    step_down(connection, relay)
    run(connection, _REWIND, {"topic": stream.topic, "stream": stream.name, "position": position})


_BEGIN_EPOCH = """
INSERT INTO outbox_leader AS l (relay, epoch) VALUES (%(relay)s, 1)
ON CONFLICT (relay) DO UPDATE SET epoch = l.epoch + 1, since = now() RETURNING epoch"""

_EPOCH = "SELECT epoch FROM outbox_leader WHERE relay = %(relay)s"

_PUBLISHED = "SELECT topic, stream, published_pos FROM outbox_published"

# While the epoch's row is locked no other epoch begins; where another has begun, nothing is written.
_MARK = """
WITH leads AS (SELECT FROM outbox_leader WHERE relay = %(relay)s AND epoch = %(epoch)s FOR SHARE)
INSERT INTO outbox_published AS p (topic, stream, published_pos)
SELECT n.* FROM leads,
    unnest(CAST(%(topics)s AS text[]), CAST(%(streams)s AS text[]), CAST(%(positions)s AS bigint[])) AS n
ON CONFLICT (topic, stream) DO UPDATE SET published_pos = excluded.published_pos"""

_REWIND = """
UPDATE outbox_published SET published_pos = least(published_pos, %(position)s)
WHERE topic = %(topic)s AND stream = %(stream)s"""
