"""What was saved, spent and left of each district's credit, month by month: open to everybody, so it is kept.

Rows are only ever added and their recorded times grow with their positions. The sums of months that are over are
therefore kept for ever, with the hash of the last row they count; what is read anew is what came since.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from libs.clock import PROGRAMME_ZONE, local_date, monotonic
from services.ledger.domain.closing import Month
from services.ledger.domain.reasons import AWARDS, BETWEEN_TWINS, Reason
from services.ledger.domain.wallets import PERSON_CLASSES, WalletClass

KEPT_SECONDS = 30
SETTLED_AFTER = timedelta(hours=1)
"""A month is over when no clock that is behind records a row in it any more."""
POOL = frozenset((WalletClass.POOL, WalletClass.POOL_HELD))
SAVING = frozenset((*AWARDS, Reason.GROUP_HOURS))
SPENDING = frozenset((Reason.REDEMPTION_CAPTURED, Reason.CAP_OVERFLOW, Reason.GOODS))
BOOKS = sa.text("""
    SELECT b.book, b.district_id, e.leaf_hash FROM journal.book b
    LEFT JOIN unnest(CAST(:books AS int[]), CAST(:upto AS bigint[])) AS kept (book, upto) ON kept.book = b.book
    LEFT JOIN journal.entry e ON e.book = b.book AND e.pos = kept.upto""")
SUMS = sa.text(f"""
    SELECT e.book,
        CAST(date_trunc('month', to_timestamp(e.recorded_at / 1000000) AT TIME ZONE '{PROGRAMME_ZONE}') AS date),
        e.reason, CAST(e.debit & 15 AS int), CAST(e.credit & 15 AS int), CAST(sum(e.minutes) AS bigint), max(e.pos)
    FROM unnest(CAST(:books AS int[]), CAST(:upto AS bigint[])) AS kept (book, upto)
    JOIN journal.entry e ON e.book = kept.book AND e.pos > kept.upto
    WHERE e.outcome = 0 AND e.reason <> ALL(:between) GROUP BY 1, 2, 3, 4, 5""")
HASH = sa.text("""
    SELECT e.book, e.leaf_hash FROM unnest(CAST(:books AS int[]), CAST(:upto AS bigint[])) AS kept (book, upto)
    JOIN journal.entry e ON e.book = kept.book AND e.pos = kept.upto""")


class Moved(NamedTuple):
    """Why, from which class of wallet, to which."""

    reason: int
    debit: int
    credit: int


Sums = dict[date, Counter[Moved]]


@dataclass
class Kept:
    """The sums of a book's months that are over, up to a row."""

    upto: int = 0
    leaf_hash: bytes = b""
    sums: Sums = field(default_factory=dict)


class SupplyHistory:
    """Answers from what it keeps for half a minute; one request at a time reads anew, in three statements."""

    def __init__(self, *, kept_seconds: float = KEPT_SECONDS) -> None:
        self._kept_seconds = kept_seconds
        self._lock = threading.Lock()
        self._books: dict[int, Kept] = {}
        self._answer: list[dict[str, Any]] = []
        self._until = 0.0
        self._of: datetime | None = None

    def rows(self, reading: Callable[[], AbstractContextManager[Connection]], now: datetime) -> list[dict[str, Any]]:
        """Return a row for each district and month, oldest first, up to the month that is not over yet."""
        with self._lock:
            is_fresh = monotonic() < self._until and self._of == now.replace(second=0, microsecond=0)
            if not is_fresh:
                with reading() as connection:
                    self._answer = self._read(connection, now)
                self._until = monotonic() + self._kept_seconds
                self._of = now.replace(second=0, microsecond=0)
            return self._answer

    def _read(self, connection: Connection, now: datetime) -> list[dict[str, Any]]:
        districts = self._known_books(connection)
        sums = {book: _copied(self._books[book].sums) for book in districts}
        ends: dict[int, int] = {}
        for book, month, *moved, minutes, last in connection.execute(SUMS, self._terms() | {"between": _BETWEEN}):
            sums[book].setdefault(month, Counter())[Moved(*moved)] += minutes
            if _is_over(month, now):
                ends[book] = max(ends.get(book, 0), last)
        self._keep(connection, sums, ends, now)
        this = local_date(now).replace(day=1)
        in_order = sorted(districts.items(), key=lambda book: str(book[1]))
        return [row for book, district_id in in_order for row in _months(district_id, sums[book], this)]

    def _known_books(self, connection: Connection) -> dict[int, UUID]:
        """Return the books; what is kept of one that was emptied meanwhile is forgotten."""
        books = connection.execute(BOOKS, self._terms()).all()
        hashes = {book: bytes(leaf_hash or b"") for book, _, leaf_hash in books}
        kept = {book: sums for book, sums in self._books.items() if hashes.get(book) == sums.leaf_hash}
        self._books = {book: kept.get(book, Kept()) for book in hashes}
        return {book: district_id for book, district_id, _ in books}

    def _keep(self, connection: Connection, sums: dict[int, Sums], ends: dict[int, int], now: datetime) -> None:
        """Keep the months that are over, with the last row that they count."""
        if not ends:
            return
        hashes = connection.execute(HASH, {"books": list(ends), "upto": list(ends.values())})
        for book, leaf_hash in hashes:
            over = {month: moved for month, moved in sums[book].items() if _is_over(month, now)}
            self._books[book] = Kept(ends[book], bytes(leaf_hash), _copied(over))

    def _terms(self) -> dict[str, list[int]]:
        return {"books": list(self._books), "upto": [kept.upto for kept in self._books.values()]}


_BETWEEN = [int(reason) for reason in BETWEEN_TWINS]


def _copied(sums: Sums) -> Sums:
    return {month: Counter(moved) for month, moved in sums.items()}


def _is_over(month: date, now: datetime) -> bool:
    return Month(month).ends_at + SETTLED_AFTER <= now


def _months(district_id: UUID, sums: Sums, this: date) -> list[dict[str, Any]]:
    """Return a district's rows from its first month to this one, also those in which nothing moved."""
    rows, outstanding, pool = [], 0, 0
    month = Month(min([*sums, this]))
    while month.first_day <= this:
        moved = sums.get(month.first_day, Counter())
        outstanding += _change(moved, PERSON_CLASSES)
        pool += _change(moved, POOL)
        rows.append(_row(district_id, month, moved) | {"outstanding_minutes": outstanding, "pool_minutes": pool})
        month = Month(month.next_day)
    return rows


def _row(district_id: UUID, month: Month, moved: Counter[Moved]) -> dict[str, Any]:
    from_people = PERSON_CLASSES | POOL
    saved = (minutes for flow, minutes in moved.items() if flow.reason in SAVING and flow.credit == WalletClass.EARNED)
    spent = (minutes for flow, minutes in moved.items() if flow.reason in SPENDING and flow.debit in from_people)
    return {
        "district_id": str(district_id),
        "month": str(month),
        "saved_minutes": sum(saved),
        "spent_minutes": sum(spent),
        "granted_minutes": _sum(moved, Reason.GRANT),
        "lapsed_minutes": _sum(moved, Reason.GRANT_RETURNED),
        "reversed_minutes": _sum(moved, Reason.REVERSAL),
    }


def _sum(moved: Counter[Moved], reason: Reason) -> int:
    return sum(minutes for flow, minutes in moved.items() if flow.reason == reason)


def _change(moved: Counter[Moved], classes: frozenset[WalletClass]) -> int:
    """By how much the wallets of some classes changed together."""
    return sum(minutes * ((flow.credit in classes) - (flow.debit in classes)) for flow, minutes in moved.items())
