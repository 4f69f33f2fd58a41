"""How much credit was ever issued and redeemed, and how much is held now: summed over the journal as it grows.

Rows are only ever added, so each is read once. A book whose last row is not the one that was read (its database was
restored) is read anew from its beginning.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy
from sqlalchemy.engine import Connection

from services.ledger.domain.reasons import Reason
from services.ledger.domain.wallets import PERSON_CLASSES, WalletClass

FIRST_HELD = WalletClass.POOL_HELD
REDEEMING = frozenset((Reason.REDEMPTION_CAPTURED, Reason.CAP_OVERFLOW, Reason.GOODS))


@dataclass(frozen=True)
class CreditSums:
    """Minutes of credit, and how many holds are open."""

    issued: int = 0
    redeemed: int = 0
    reversed: int = 0
    outstanding: int = 0
    pool: int = 0
    held: int = 0
    holds_open: int = 0


@dataclass
class _Book:
    upto: int = 0
    leaf_hash: bytes = b""
    moved: Counter[tuple[int, int, int]] = field(default_factory=Counter)
    holds: Counter[UUID] = field(default_factory=Counter)


class CreditReader:
    """Reads what the journals have more than last time."""

    def __init__(self) -> None:
        self._books: dict[int, _Book] = {}

    def read(self, connection: Connection) -> CreditSums:
        """Return the sums over all books."""
        for number, leaf_hash in connection.execute(_LAST, self._read_upto()):
            book = self._books.get(number)
            if book is None or book.leaf_hash != bytes(leaf_hash or b""):
                self._books[number] = _Book()
        for number, book in self._books.items():
            _read_on(connection, number, book)
        moved: Counter[tuple[int, int, int]] = Counter()
        for book in self._books.values():
            moved.update(book.moved)
        holds = [minutes for book in self._books.values() for minutes in book.holds.values()]
        return _sums(moved, held=sum(holds), holds_open=len(holds))

    def _read_upto(self) -> dict[str, list[int]]:
        return {"books": list(self._books), "upto": [book.upto for book in self._books.values()]}


def _read_on(connection: Connection, number: int, book: _Book) -> None:
    last = connection.execute(_END, {"book": number}).one_or_none()
    if last is None or last.pos <= book.upto:
        return
    terms = {"book": number, "after": book.upto, "upto": last.pos}
    for reason, debit, credit, minutes in connection.execute(_MOVED, terms):
        book.moved[reason, debit, credit] += minutes
    for act_id, minutes in connection.execute(_HELD, terms | {"held": int(FIRST_HELD)}):
        book.holds[act_id] += minutes
    book.holds = Counter({act_id: minutes for act_id, minutes in book.holds.items() if minutes})
    book.upto, book.leaf_hash = last.pos, bytes(last.leaf_hash)


def _sums(moved: Counter[tuple[int, int, int]], *, held: int, holds_open: int) -> CreditSums:
    pool = frozenset((WalletClass.POOL, WalletClass.POOL_HELD))
    spent_from = PERSON_CLASSES | pool
    issued = (n for (_, debit, _), n in moved.items() if debit == WalletClass.ISSUANCE)
    redeemed = (n for (reason, debit, _), n in moved.items() if reason in REDEEMING and debit in spent_from)
    return CreditSums(
        issued=sum(issued),
        redeemed=sum(redeemed),
        reversed=sum(n for (reason, _, _), n in moved.items() if reason == Reason.REVERSAL),
        outstanding=_change(moved, PERSON_CLASSES),
        pool=_change(moved, pool),
        held=held,
        holds_open=holds_open,
    )


def _change(moved: Counter[tuple[int, int, int]], classes: frozenset[WalletClass]) -> int:
    return sum(n * ((credit in classes) - (debit in classes)) for (_, debit, credit), n in moved.items())


_LAST = sqlalchemy.text("""
SELECT b.book, e.leaf_hash FROM journal.book b
LEFT JOIN unnest(CAST(:books AS int[]), CAST(:upto AS bigint[])) AS kept (book, upto) ON kept.book = b.book
LEFT JOIN journal.entry e ON e.book = b.book AND e.pos = kept.upto""")

_END = sqlalchemy.text("SELECT pos, leaf_hash FROM journal.entry WHERE book = :book ORDER BY pos DESC LIMIT 1")

_MOVED = sqlalchemy.text("""
SELECT reason, CAST(debit & 15 AS int), CAST(credit & 15 AS int), CAST(sum(minutes) AS bigint) FROM journal.entry
WHERE book = :book AND pos > :after AND pos <= :upto AND outcome = 0 GROUP BY 1, 2, 3""")

_HELD = sqlalchemy.text("""
SELECT act_id, CAST(sum(CASE WHEN credit & 15 >= :held THEN minutes ELSE 0 END
                      - CASE WHEN debit & 15 >= :held THEN minutes ELSE 0 END) AS bigint) FROM journal.entry
WHERE book = :book AND pos > :after AND pos <= :upto AND outcome = 0 AND (credit & 15 >= :held OR debit & 15 >= :held)
GROUP BY 1""")
