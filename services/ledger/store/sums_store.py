"""What moved, by month of recording: kept sums of the journal's rows up to a position, and what came since.

Rows are only ever added, one book's in the order of their positions, and their recorded times grow with them. So sums
up to a position stay true for ever; whoever reads them adds the rows behind it, in one statement.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from libs.clock import PROGRAMME_ZONE

EVERY_BOOK = 0
ROWS_AT_ONCE = 20_000
"""Added up in one transaction."""
ROWS_BEHIND_MAX = 2_000
"""So many rows of a book may be read one by one; beyond it, adding up is due."""


class MonthSum(NamedTuple):
    """The rows of a book's month that moved for one reason between two classes of wallets.

    `is_late`: for service in an earlier month.
    """

    month: date
    reason: int
    debit: int
    credit: int
    is_late: bool
    entries: int
    minutes: int


def rows_of(condition: str) -> str:
    """Sum the rows of a book after one position and up to another."""
    return f"""
    SELECT e.book, CAST(began.month AS date) AS month, e.reason, CAST(e.debit & 15 AS smallint) AS debit_class,
        CAST(e.credit & 15 AS smallint) AS credit_class,
        e.effective_at < CAST(extract(epoch FROM began.month AT TIME ZONE '{PROGRAMME_ZONE}') AS bigint) * 1000000
            AS is_late, count(*) AS entries, CAST(sum(e.minutes) AS bigint) AS minutes
    FROM journal.entry e CROSS JOIN LATERAL (
        SELECT date_trunc('month', to_timestamp(e.recorded_at / 1000000) AT TIME ZONE '{PROGRAMME_ZONE}') AS month
    ) began WHERE e.outcome = 0 AND {condition} GROUP BY 1, 2, 3, 4, 5, 6"""


_NAMES = "book, month, reason, debit_class, credit_class, is_late, entries, minutes"
# One statement, so that the sums and the position that they reach are of one moment.
_ALL = f"""
    SELECT {_NAMES} FROM month_sum WHERE :book IN (0, book) UNION ALL SELECT since.* FROM journal.book b
    LEFT JOIN summed s ON s.book = b.book
    CROSS JOIN LATERAL ({rows_of("e.book = b.book AND e.pos > coalesce(s.upto, 0)")}) since
    WHERE :book IN (0, b.book)"""
SUMS = sa.text(f"""
    SELECT month, reason, debit_class, credit_class, is_late, CAST(sum(entries) AS bigint), CAST(sum(minutes) AS bigint)
    FROM ({_ALL}) x WHERE month BETWEEN :since AND :until GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5""")
BY_DISTRICT = sa.text(f"""
    SELECT b.district_id, month, reason, debit_class, credit_class, CAST(sum(minutes) AS bigint)
    FROM ({_ALL}) x JOIN journal.book b USING (book) GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2""")
OF_ROWS = sa.text(rows_of("e.book = :book AND e.pos > :after AND e.pos <= :upto"))
BEHIND = sa.text("""
    SELECT b.book FROM journal.book b LEFT JOIN summed s ON s.book = b.book CROSS JOIN LATERAL (
        SELECT e.pos FROM journal.entry e WHERE e.book = b.book ORDER BY e.pos DESC LIMIT 1
    ) last WHERE last.pos - coalesce(s.upto, 0) >= :rows ORDER BY b.book LIMIT 1""")
BEGIN = sa.text("INSERT INTO summed (book, upto) VALUES (:book, 0) ON CONFLICT DO NOTHING")
LOCK = sa.text("SELECT upto FROM summed WHERE book = :book FOR UPDATE")
LAST = sa.text("SELECT coalesce(max(pos), 0) FROM journal.entry WHERE book = :book AND pos <= :upto")
ADD = sa.text(f"""
    INSERT INTO month_sum AS kept ({_NAMES}) {rows_of("e.book = :book AND e.pos > :after AND e.pos <= :upto")}
    ON CONFLICT (book, month, reason, debit_class, credit_class, is_late)
    DO UPDATE SET entries = kept.entries + excluded.entries, minutes = kept.minutes + excluded.minutes""")
REACHED = sa.text("UPDATE summed SET upto = :upto WHERE book = :book")


def book_behind(connection: Connection) -> int | None:
    """Return a book whose rows are to be added up; None while none has many that are not."""
    book: int | None = connection.scalar(BEHIND, {"rows": ROWS_BEHIND_MAX})
    return book


def add_up(connection: Connection, book: int) -> int:
    """Add up the next rows of a book, and how far that reaches; return how many positions it went on."""
    connection.execute(BEGIN, {"book": book})
    after = int(connection.scalar(LOCK, {"book": book}) or 0)
    upto = int(connection.scalar(LAST, {"book": book, "upto": after + ROWS_AT_ONCE}) or 0)
    if upto > after:
        connection.execute(ADD, {"book": book, "after": after, "upto": upto})
        connection.execute(REACHED, {"book": book, "upto": upto})
    return max(0, upto - after)


def summed_upto(connection: Connection, book: int) -> int:
    """Up to which position the rows of a book are added up."""
    return int(connection.scalar(sa.text("SELECT upto FROM summed WHERE book = :book"), {"book": book}) or 0)


def sums_of(connection: Connection, book: int, since: date, until: date) -> list[MonthSum]:
    """The sums of a book's months from one to another."""
    terms = {"book": book, "since": since, "until": until}
    return [MonthSum._make(row) for row in connection.execute(SUMS, terms)]


def sums_of_rows(connection: Connection, book: int, *, after: int, upto: int) -> list[MonthSum]:
    """The sums of a stretch of a book's positions, from its rows alone."""
    rows = connection.execute(OF_ROWS, {"book": book, "after": after, "upto": upto})
    return [MonthSum._make(row[1:]) for row in rows]


def sums_by_district(connection: Connection) -> list[tuple[UUID, date, int, int, int, int]]:
    """(district, month, reason, class debited, class credited, minutes) of all there is."""
    return [tuple(row) for row in connection.execute(BY_DISTRICT, {"book": EVERY_BOOK})]
