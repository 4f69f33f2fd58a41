"""The journal as the relay's source: it is its own outbox, (book, position) is stream and position."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy
from sqlalchemy.engine import Connection

from libs.clock import from_microseconds, to_microseconds
from libs.db.driver import driver_connection, run, translate_driver_errors
from libs.outbox.source import StoredEvent, Stream
from services.ledger.domain.entries import Entry
from services.ledger.domain.wallets import NO_ID
from services.ledger.store.loading import ALL_BOOKS
from services.ledger.store.raw import raw_cursor
from services.ledger.store.rows import ENTRY_WITH_OWNERS, entry_from

Publish = Callable[[Entry, tuple[str, bytes] | None], tuple[str, bytes]]

HEADS = """
    SELECT b.district_id, coalesce((SELECT max(e.pos) FROM journal.entry e WHERE e.book = b.book), 0)
    FROM journal.book b"""
READ = f"{ENTRY_WITH_OWNERS} WHERE e.book = %s AND e.pos > %s ORDER BY e.pos LIMIT %s"
ANSWERS = "SELECT pos, event_type, payload FROM journal.answer WHERE book = %s AND pos BETWEEN %s AND %s"

COUNTS = """
    SELECT a.event_type, e.outcome, e.reason, count(*) FROM journal.entry e
    LEFT JOIN journal.answer a ON a.book = e.book AND a.pos = e.pos
    WHERE e.recorded_at >= :since GROUP BY 1, 2, 3"""


class JournalSource:
    """Reads the rows of all books as events of one topic."""

    def __init__(
        self,
        topic: str,
        publish: Publish,
        type_without_answer: Callable[[int, int], str],
        traceparent: Callable[[UUID], str | None] = lambda _request_id: None,
    ) -> None:
        """`publish` makes the event type and bytes of a row; the next, the type where no answer was made.

        `traceparent` says in which trace is told of a request: a row, which is hashed for ever, keeps none.
        """
        self._traceparent = traceparent
        self._topic = topic
        self._publish = publish
        self._type_without_answer = type_without_answer

    def heads(self, connection: Connection) -> Mapping[Stream, int]:
        """Return the last committed position of every book."""
        rows = run(connection, HEADS)
        return {Stream(self._topic, str(district_id)): last for district_id, last in rows if last}

    def read(self, connection: Connection, stream: Stream, *, after: int, limit: int) -> list[StoredEvent]:
        """Return the rows after a position, in order, as events."""
        with translate_driver_errors():
            return self._read(connection, stream, after=after, limit=limit)

    def _read(self, connection: Connection, stream: Stream, *, after: int, limit: int) -> list[StoredEvent]:
        cursor = raw_cursor(driver_connection(connection))
        districts = dict(cursor.execute(ALL_BOOKS).fetchall())
        district_id = UUID(stream.name).bytes
        book = next(number for number, one in districts.items() if one == district_id)
        entries = [entry_from(row, districts) for row in cursor.execute(READ, [book, after, limit])]
        if not entries:
            return []
        told = {
            pos: (event_type, bytes(payload))
            for pos, event_type, payload in cursor.execute(ANSWERS, [book, entries[0].pos, entries[-1].pos])
        }
        return [self._event(stream, entry, told.get(entry.pos)) for entry in entries]

    def counts_since(self, connection: Connection, since: datetime | None) -> dict[str, int]:
        """Return how many events of each type were recorded at or after an instant."""
        counts: dict[str, int] = {}
        terms = {"since": to_microseconds(since) if since else 0}
        for event_type, outcome, reason, number in connection.execute(sqlalchemy.text(COUNTS), terms):
            name = event_type or self._type_without_answer(outcome, reason)
            counts[name] = counts.get(name, 0) + number
        return counts

    def _event(self, stream: Stream, entry: Entry, answer: tuple[str, bytes] | None) -> StoredEvent:
        event_type, payload = self._publish(entry, answer)
        return StoredEvent(
            topic=stream.topic,
            stream=stream.name,
            position=entry.pos,
            event_id=UUID(bytes=entry.request_id),
            event_type=event_type,
            key=stream.name,
            subject=str(UUID(bytes=entry.act_id if entry.act_id != NO_ID else entry.cause)),
            payload=payload,
            version=None,
            occurred_at=from_microseconds(entry.recorded_at),
            traceparent=self._traceparent(UUID(bytes=entry.request_id)),
        )
