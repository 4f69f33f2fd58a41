"""The journal as its logs see it: books, and leaf hashes by position."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from uuid import UUID

import sqlalchemy
from sqlalchemy.engine import Connection

LEAVES_AT_ONCE = 20_000


@dataclasses.dataclass(frozen=True)
class LogBook:
    """A book, by its number in the journal and by its district."""

    book: int
    district_id: UUID


def books(connection: Connection) -> list[LogBook]:
    """Return all books."""
    return [LogBook(book, district_id) for book, district_id in connection.execute(_BOOKS)]


def find_book(connection: Connection, district_id: UUID) -> LogBook | None:
    """Return a district's book."""
    row = connection.execute(_BOOK, {"district_id": district_id}).one_or_none()
    return LogBook(*row) if row else None


def read_leaves(
    connection: Connection, book: int, *, first: int, last: int | None = None
) -> Iterator[tuple[int, bytes]]:
    """Yield (position, leaf hash) in order, from one position to another or to the end."""
    while last is None or first <= last:
        terms = {"book": book, "first": first, "last": last, "limit": LEAVES_AT_ONCE}
        rows = connection.execute(_LEAVES, terms).all()
        for position, hash_ in rows:
            yield position, bytes(hash_)
        if len(rows) < LEAVES_AT_ONCE:
            return
        first = rows[-1][0] + 1


_BOOKS = sqlalchemy.text("SELECT book, district_id FROM journal.book ORDER BY book")

_BOOK = sqlalchemy.text("SELECT book, district_id FROM journal.book WHERE district_id = :district_id")

_LEAVES = sqlalchemy.text("""
SELECT pos, leaf_hash FROM journal.entry
WHERE book = :book AND pos >= :first AND (CAST(:last AS bigint) IS NULL OR pos <= :last)
ORDER BY pos LIMIT :limit""")
