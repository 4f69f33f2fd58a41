"""The signed heads of the logs: added once, never changed; and the lock that makes one sealer the leader."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from uuid import UUID

import sqlalchemy
from sqlalchemy.engine import Connection

from libs.clock import from_microseconds, to_microseconds

SEALER_LOCK = 7_300_002
"""The advisory lock of the one sealer per database."""


@dataclasses.dataclass(frozen=True)
class SignedHead:
    """A head of a district's log, with the note under which the log and its witnesses signed it."""

    book: int
    district_id: UUID
    size: int
    root: bytes
    note: str
    signed_at: datetime


def try_to_lead(connection: Connection) -> bool:
    """Take the lock until this connection is closed, unless another sealer has it."""
    return bool(connection.scalar(sqlalchemy.text(f"SELECT pg_try_advisory_lock({SEALER_LOCK})")))


def confirm_lead(connection: Connection) -> None:
    """Fail if this connection is lost, and the lock with it."""
    connection.execute(sqlalchemy.text("SELECT 1"))


def last_head(connection: Connection, book: int) -> SignedHead | None:
    """Return the largest head of a book's log."""
    row = connection.execute(_LAST, {"book": book}).one_or_none()
    return _head(*row) if row else None


def some_heads(connection: Connection, book: int, *, limit: int) -> list[SignedHead]:
    """Return up to about `limit` heads spread over a book's log, smallest first, the largest among them."""
    return [_head(*row) for row in connection.execute(_SPREAD, {"book": book, "limit": limit})]


def add_head(connection: Connection, head: SignedHead) -> SignedHead:
    """Store a head and return it as stored: never before its last row or the head before it, whatever the clock did."""
    terms = {"book": head.book, "size": head.size, "root": head.root, "note": head.note}
    signed_at = connection.scalar(_ADD, terms | {"signed_at": to_microseconds(head.signed_at)})
    assert isinstance(signed_at, int)
    return dataclasses.replace(head, signed_at=from_microseconds(signed_at))


def _head(book: int, district_id: UUID, size: int, root: bytes, note: str, signed_at: int) -> SignedHead:
    return SignedHead(book, district_id, size, bytes(root), note, from_microseconds(signed_at))


_LAST = sqlalchemy.text("""
SELECT c.book, b.district_id, c.size, c.root, c.note, c.signed_at
FROM journal.checkpoint c JOIN journal.book b USING (book)
WHERE c.book = :book ORDER BY c.size DESC LIMIT 1""")

_SPREAD = sqlalchemy.text("""
WITH numbered AS (
    SELECT c.*, row_number() OVER (ORDER BY size DESC) - 1 AS number, count(*) OVER () AS heads
    FROM journal.checkpoint c WHERE book = :book
)
SELECT n.book, b.district_id, n.size, n.root, n.note, n.signed_at
FROM numbered n JOIN journal.book b USING (book)
WHERE number % greatest(heads / :limit, 1) = 0 ORDER BY size""")

_ADD = sqlalchemy.text("""
INSERT INTO journal.checkpoint (book, size, root, note, signed_at)
SELECT :book, :size, :root, :note, greatest(
    CAST(:signed_at AS bigint),
    (SELECT recorded_at FROM journal.entry WHERE book = :book AND pos = :size),
    (SELECT signed_at FROM journal.checkpoint WHERE book = :book ORDER BY size DESC LIMIT 1))
RETURNING signed_at""")
