"""The kept sums of the months say what the journal's rows add up to, up to the position that they reach."""

from __future__ import annotations

import psycopg

from libs.db.database import plain_url
from services.ledger.audit.findings import Finding, Kind
from services.ledger.store.sums_store import rows_of

NAMED_MAX = 20
# One statement for a book, so that the sums and the position that they reach are of one moment.
DIFFERENT = f"""
    SELECT b.district_id, to_char(month, 'YYYY-MM'), reason, pair.minutes, pair.entries, pair.kept_minutes,
        pair.kept_entries
    FROM journal.book b JOIN summed s ON s.book = b.book
    CROSS JOIN LATERAL (
        SELECT month, reason, rows.minutes, rows.entries, kept.minutes AS kept_minutes, kept.entries AS kept_entries
        FROM (SELECT * FROM month_sum m WHERE m.book = b.book) kept
        FULL JOIN ({rows_of("e.book = b.book AND e.pos <= s.upto")}) rows
            USING (book, month, reason, debit_class, credit_class, is_late)) pair
    WHERE (pair.minutes, pair.entries) IS DISTINCT FROM (pair.kept_minutes, pair.kept_entries)
    ORDER BY 1, 2, 3 LIMIT {NAMED_MAX}"""


def check_sums(url: str) -> list[Finding]:
    """Name the months whose kept sums are others than those of the rows."""
    with psycopg.connect(plain_url(url), autocommit=True) as connection:
        rows = connection.execute(DIFFERENT.encode()).fetchall()
    return [
        Finding(Kind.SUM_ALTERED, district_id, None, f"sums of {month}, reason {reason}", _told(*row), _told(*kept))
        for district_id, month, reason, *both in rows
        for row, kept in [(both[:2], both[2:])]
    ]


def _told(minutes: int | None, entries: int | None) -> str:
    return f"{minutes or 0} minutes in {entries or 0} rows"
