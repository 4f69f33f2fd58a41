"""Which life of its database a publisher tells with each event, and whether the broker knows of a later one.

A database that was restored has given out its last positions before, to other events. Consumers who knew nothing of it
would take what comes now for what they have. So each restore begins a new epoch; and a relay whose database is behind
what was published from it, because somebody restored it and began none, publishes nothing until somebody does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.engine import Connection

from libs.bus import Broker, Record, headers
from libs.contracts.messages import is_unreadable
from libs.db.driver import run, scalar
from libs.outbox.cursor import step_down
from libs.outbox.source import Source, Stream

FIRST = 1


class Epoch(NamedTuple):
    """One life of a publisher's database, and where its streams stood when it began."""

    number: int
    since: datetime
    operator: str
    reason: str
    heads: Mapping[Stream, int]


def current_epoch(connection: Connection) -> int:
    """Return the number of this life of the database."""
    return int(scalar(connection, "SELECT coalesce(max(number), 1) FROM outbox_epoch") or FIRST)


def list_epochs(connection: Connection) -> list[Epoch]:
    """Return all lives of the database that it knows of, the first one first."""
    rows = run(connection, "SELECT number, since, operator, reason, heads FROM outbox_epoch ORDER BY number").fetchall()
    return [
        Epoch(number, since, operator, reason, {Stream(topic, name): head for topic, name, head in heads})
        for number, since, operator, reason, heads in rows
    ]


def begin_epoch(
    connection: Connection, sources: Sequence[Source], *, relay: str, above: int, operator: str, reason: str
) -> Epoch:
    """Begin another life of the database, later than `above`; the leader of today steps down and tells the new one."""
    step_down(connection, relay)
    heads = all_heads(connection, sources)
    terms = {
        "number": max(current_epoch(connection), above) + 1,
        "operator": operator,
        "reason": reason,
        "heads": json.dumps([[stream.topic, stream.name, head] for stream, head in sorted(heads.items())]),
    }
    run(connection, _BEGIN, terms)
    return list_epochs(connection)[-1]


def all_heads(connection: Connection, sources: Sequence[Source]) -> dict[Stream, int]:
    """Return the last position given out of every stream."""
    return {stream: head for source in sources for stream, head in source.heads(connection).items()}


def told_epoch(record: Record) -> int:
    """Return the life of the publisher's database that a record tells."""
    return _number(record, headers.EPOCH, FIRST)


def _number(record: Record, header: str, otherwise: int) -> int:
    """Return a number told in a header; what is no event of ours tells none."""
    told = record.headers.get(header, "")
    return int(told) if told.isdecimal() else otherwise


def why_older_than_published(
    connection: Connection, broker: Broker, sources: Sequence[Source], topics: Sequence[str]
) -> str | None:
    """Return in words that the broker has later events from this database than it knows of; None if it has none.

    Raises:
        BrokerError: the broker is away.
    """
    known = {stream.topic for stream in all_heads(connection, sources)}
    last = broker.last_records(sorted({*topics, *known}))
    # Asked after the broker: what is on it now was committed before.
    heads, epoch = all_heads(connection, sources), current_epoch(connection)
    for record in last:
        stream = Stream(record.topic, record.headers.get(headers.STREAM, ""))
        position, told = _number(record, headers.POSITION, 0), told_epoch(record)
        if stream not in heads and is_unreadable(record.headers.get(headers.TYPE, ""), record.value):
            continue  # Whoever put it there, it was not published from here: it proves nothing.
        if told > epoch or (told == epoch and position > heads.get(stream, 0)):
            return (
                f"this database is older than what was published from it: {stream.topic} {stream.name} is "
                f"at {position} (epoch {told}) on the broker and at {heads.get(stream, 0)} (epoch {epoch}) here. "
                "Nothing is published. "
                "Bring the newest copy; or see 'a database was restored without telling' in docs/operations.md"
            )
    return None


_BEGIN = """
INSERT INTO outbox_epoch (number, operator, reason, heads)
VALUES (%(number)s, %(operator)s, %(reason)s, CAST(%(heads)s AS jsonb))"""
