"""Closed periods, and what of a book's rows their statements say."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from libs.clock import to_microseconds
from services.ledger.domain.closing import Month
from services.ledger.store.loading import JOURNAL_LOCK
from services.ledger.store.sums_store import MonthSum, sums_of_rows


class Closed(NamedTuple):
    """A closed period."""

    close_id: UUID
    district_id: UUID
    month: str
    statement: str
    closed_by: UUID
    closed_at: int


HEAD = sa.text("SELECT coalesce(max(pos), 0) FROM journal.entry WHERE book = :book")
RECORDED_AT = sa.text("SELECT recorded_at FROM journal.entry WHERE book = :book AND pos = :pos")
LOCK = sa.text(f"SELECT pg_advisory_xact_lock({JOURNAL_LOCK}, :book)")
FIRST_HEAD = sa.text("""
    SELECT size, root FROM journal.checkpoint WHERE book = :book AND size >= :size ORDER BY size LIMIT 1""")
COLUMNS = "close_id, district_id, to_char(month, 'YYYY-MM'), statement, closed_by, closed_at"
FIND = sa.text(f"SELECT {COLUMNS} FROM journal.period_close WHERE close_id = :close_id")
FIND_MONTH = sa.text(f"""
    SELECT {COLUMNS} FROM journal.period_close WHERE district_id = :district_id AND month = CAST(:month AS date)""")
LAST_BEFORE = sa.text(f"""
    SELECT {COLUMNS} FROM journal.period_close WHERE district_id = :district_id AND month < CAST(:month AS date)
    ORDER BY month DESC LIMIT 1""")
LIST = sa.text(f"""
    SELECT {COLUMNS} FROM journal.period_close WHERE district_id = :district_id AND month > CAST(:after AS date)
    ORDER BY month LIMIT :limit""")
ADD = sa.text("""
    INSERT INTO journal.period_close (close_id, district_id, month, statement, closed_by, closed_at)
    VALUES (:close_id, :district_id, CAST(:month || '-01' AS date), :statement, :closed_by, :closed_at)""")


def lock_book(connection: Connection, book: int) -> None:
    """Let nobody post to the book until the transaction ends."""
    connection.execute(LOCK, {"book": book})


def recorded_at(connection: Connection, book: int, position: int) -> int | None:
    """When a row was recorded; None where there is none."""
    found: int | None = connection.scalar(RECORDED_AT, {"book": book, "pos": position})
    return found


def last_before(connection: Connection, book: int, instant_us: int) -> int:
    """The position of the last row recorded before an instant: recorded times grow with positions, so it is halved."""
    low, high = 0, int(connection.scalar(HEAD, {"book": book}) or 0)
    while low < high:
        middle = (low + high + 1) // 2
        at = recorded_at(connection, book, middle)
        assert at is not None, "positions have no gaps"
        low, high = (middle, high) if at < instant_us else (low, middle - 1)
    return low


def sums_from_rows(connection: Connection, book: int, since: date, until: date) -> list[MonthSum]:
    """The sums of a book's months from one to another, read from its rows: for who does not trust what is kept."""
    after = last_before(connection, book, to_microseconds(Month(since).begins_at))
    upto = last_before(connection, book, to_microseconds(Month(until).ends_at))
    return sums_of_rows(connection, book, after=after, upto=upto)


def first_head(connection: Connection, book: int, size: int) -> tuple[int, bytes] | None:
    """(size, root) of the first signed head that covers so many rows."""
    row = connection.execute(FIRST_HEAD, {"book": book, "size": size}).first()
    return (row[0], bytes(row[1])) if row else None


def find(connection: Connection, close_id: UUID) -> Closed | None:
    """A closed period."""
    return _one(connection, FIND, close_id=close_id)


def find_month(connection: Connection, district_id: UUID, month: str) -> Closed | None:
    """A district's month, if it is closed."""
    return _one(connection, FIND_MONTH, district_id=district_id, month=f"{month}-01")


def last_closed_before(connection: Connection, district_id: UUID, month: str) -> Closed | None:
    """The last month closed before this one."""
    return _one(connection, LAST_BEFORE, district_id=district_id, month=f"{month}-01")


def closed_of(connection: Connection, district_id: UUID, *, after: str, limit: int) -> list[Closed]:
    """A district's closed months after a day, in order."""
    rows = connection.execute(LIST, {"district_id": district_id, "after": after, "limit": limit})
    return [Closed._make(row) for row in rows]


def add(connection: Connection, closed: Closed) -> None:
    """Record a closed period."""
    connection.execute(ADD, closed._asdict())


def _one(connection: Connection, query: sa.TextClause, **terms: Any) -> Closed | None:
    row = connection.execute(query, terms).first()
    return Closed._make(row) if row else None
