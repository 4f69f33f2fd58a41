"""The books themselves: number, district and time of opening are told again by their wallets and their first rows.

A district's own wallets tell it twice, as their owner and in their public id; a wallet's number tells its book.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import psycopg

from services.ledger.audit.findings import Finding, Kind
from services.ledger.audit.joined import JoinedBook
from services.ledger.domain.wallets import WalletKey, wallet_id

DISTRICT_CLASSES = (1, 2, 3, 4, 8)
OPENED = "SELECT book, district_id, opened_at FROM journal.book"
# The number of a book is taken from its wallets' numbers: their column `book` may be what was changed.
OWNED = f"""
    SELECT DISTINCT ON (w.wallet >> 36) w.wallet >> 36, w.class, w.owner, w.wallet_id FROM journal.wallet w
    WHERE w.class IN {DISTRICT_CLASSES} AND w.wallet >> 36 = w.book ORDER BY w.wallet >> 36, w.wallet"""
WITHOUT_BOOK = """
    SELECT DISTINCT w.book FROM journal.wallet w
    WHERE w.wallet >> 36 = w.book AND NOT EXISTS (SELECT 1 FROM journal.book b WHERE b.book = w.book)"""


class _Owned(NamedTuple):
    """One of a district's own wallets."""

    book: int
    wallet_class: int
    owner: UUID
    public_id: UUID

    def is_whole(self) -> bool:
        """Whether its owner is the district that its public id was made of."""
        key = WalletKey(self.owner.bytes, self.owner.bytes, self.wallet_class)
        return wallet_id(key) == self.public_id.bytes


def check_books(connection: psycopg.Connection[Any], books: Sequence[JoinedBook]) -> list[Finding]:
    """Name each book whose row says something else than its wallets and its first row."""
    owned = {row[0]: one for row in connection.execute(OWNED) if (one := _Owned(*row)).is_whole()}
    stored = {number: (district_id, at) for number, district_id, at in connection.execute(OPENED)}
    findings = [finding for book in books for finding in _findings(book, stored.get(book.book), owned.get(book.book))]
    numbers = {district_id: number for number, (district_id, _) in stored.items()}
    for (number,) in connection.execute(WITHOUT_BOOK).fetchall():
        district_id = owned[number].owner if number in owned else UUID(int=0)
        found = str(numbers.get(district_id, "nothing"))
        findings.append(Finding(Kind.BOOK_ALTERED, district_id, None, f"book {number}: book", str(number), found))
    return findings


def _findings(book: JoinedBook, row: tuple[UUID, int] | None, owned: _Owned | None) -> Iterator[Finding]:
    if row is None:
        return  # It was taken away since; whoever has its wallets says so.
    district_id, opened_at = row
    if owned is not None and owned.owner != district_id:
        values = str(owned.owner), str(district_id)
        yield Finding(Kind.BOOK_ALTERED, district_id, None, f"book {book.book}: district_id", *values)
    if book.rows == 0:
        yield Finding(Kind.BOOK_ALTERED, district_id, None, f"book {book.book}: book", "a book with rows", "none")
    elif opened_at != book.first_time:
        values = str(book.first_time), str(opened_at)
        yield Finding(Kind.BOOK_ALTERED, district_id, None, f"book {book.book}: opened_at", *values)
