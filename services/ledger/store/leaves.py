"""The journal as its logs see it: books, leaf hashes by position, and the leaf of one row."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from uuid import UUID

import sqlalchemy
from sqlalchemy.engine import Connection

from services.ledger.domain.entries import Entry
from services.ledger.store.rows import ENTRY_WITH_OWNERS, driver_connection, entry_from, raw_cursor

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
    found = connection.execute(_BOOK, {"district_id": district_id}).one_or_none()
    return LogBook(*found) if found else None


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


def find_entry(connection: Connection, request_id: UUID) -> tuple[LogBook, Entry] | None:
    """Return the row that a request made, with its book."""
    cursor = raw_cursor(driver_connection(connection))
    row = cursor.execute(ENTRY_WITH_OWNERS + " WHERE e.request_id = %s", [request_id]).fetchone()
    if row is None:
        return None
    districts = {found.book: found.district_id for found in books(connection)}
    entry = entry_from(row, {book: district_id.bytes for book, district_id in districts.items()})
    book = next(number for number, district_id in districts.items() if district_id.bytes == entry.district_id)
    return LogBook(book, districts[book]), entry


_BOOKS = sqlalchemy.text("SELECT book, district_id FROM journal.book ORDER BY book")

_BOOK = sqlalchemy.text("SELECT book, district_id FROM journal.book WHERE district_id = :district_id")

_LEAVES = sqlalchemy.text("""
SELECT pos, leaf_hash FROM journal.entry
WHERE book = :book AND pos >= :first AND (CAST(:last AS bigint) IS NULL OR pos <= :last)
ORDER BY pos LIMIT :limit""")
