"""`timebank reconcile` for the ledger: what an operator should look at, though no rule is broken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

from libs.clock import from_microseconds
from libs.db.database import plain_url

HOLD_DAYS = 60
DAY_US = 86_400_000_000
LISTED_MAX = 1_000

OLD_HOLDS = """
    WITH change AS (
        SELECT e.book, e.act_id, e.credit AS wallet, e.minutes, e.recorded_at FROM journal.entry e
        WHERE e.outcome = 0 AND e.credit & 15 >= 8
        UNION ALL
        SELECT e.book, e.act_id, e.debit, -e.minutes, e.recorded_at FROM journal.entry e
        WHERE e.outcome = 0 AND e.debit & 15 >= 8
    )
    SELECT b.district_id, c.act_id, sum(c.minutes), min(c.recorded_at) FROM change c
    JOIN journal.book b ON b.book = c.book
    GROUP BY 1, 2 HAVING sum(c.minutes) > 0 AND min(c.recorded_at) < %s ORDER BY 4 LIMIT %s"""
# Clearing is plus where credit came from and minus where it went: over all districts it is nothing.
CLEARING = """
    SELECT coalesce(sum(CASE WHEN e.credit & 15 = 2 THEN e.minutes ELSE 0 END), 0)
        - coalesce(sum(CASE WHEN e.debit & 15 = 2 THEN e.minutes ELSE 0 END), 0)
    FROM journal.entry e WHERE e.outcome = 0 AND (e.credit & 15 = 2 OR e.debit & 15 = 2)"""
UNPOSTED = """
    SELECT p.district_id, p.proposal_id FROM proposal p JOIN decision d USING (proposal_id)
    WHERE d.approved AND NOT EXISTS (SELECT 1 FROM journal.entry e
        WHERE e.act_id = coalesce(p.reverses, p.proposal_id) AND e.cause = p.proposal_id) LIMIT %s"""
DDL = "SELECT recorded_at, by_role, command, object FROM journal.ddl ORDER BY number DESC LIMIT %s"
UNPUBLISHED = """
    SELECT b.district_id, max(e.pos), coalesce(max(p.published_pos), 0) FROM journal.book b
    JOIN journal.entry e ON e.book = b.book
    LEFT JOIN outbox_published p ON p.topic = %s AND p.stream = b.district_id::text
    GROUP BY 1 HAVING max(e.pos) > coalesce(max(p.published_pos), 0)"""
UNSEALED = """
    SELECT b.district_id, h.head, coalesce(c.size, 0) FROM journal.book b
    JOIN LATERAL (SELECT max(pos) AS head FROM journal.entry e WHERE e.book = b.book) h ON true
    LEFT JOIN LATERAL (SELECT max(size) AS size FROM journal.checkpoint k WHERE k.book = b.book) c ON true
    WHERE h.head > coalesce(c.size, 0)"""
TOPIC = "timebank.ledger.v1"


@dataclass(frozen=True, slots=True)
class Point:
    """One thing to look at."""

    kind: str
    district_id: UUID | None
    subject: str
    words: str

    def __str__(self) -> str:
        """Return it in words."""
        where = f" in {self.district_id}" if self.district_id else ""
        return f"{self.kind}{where}: {self.subject} {self.words}".rstrip()


def run(url: str, *, now_us: int) -> list[Point]:
    """List what to look at.

    Holds open for more than 60 days, clearing that does not meet, decisions without a posting, changes of the schema,
    and rows that wait to be published or sealed.
    """
    with psycopg.connect(plain_url(url)) as connection:
        connection.execute("SET TRANSACTION READ ONLY")
        return [
            *_old_holds(connection, now_us),
            *_clearing(connection),
            *_unposted(connection),
            *_changed_schema(connection),
            *_waiting(connection),
        ]


def _old_holds(connection: psycopg.Connection[Any], now_us: int) -> list[Point]:
    rows = connection.execute(OLD_HOLDS, [now_us - HOLD_DAYS * DAY_US, LISTED_MAX])
    return [
        Point("hold_open_long", district, str(act), f"{minutes} minutes since {from_microseconds(since).date()}")
        for district, act, minutes, since in rows
    ]


def _clearing(connection: psycopg.Connection[Any]) -> list[Point]:
    row = connection.execute(CLEARING).fetchone()
    assert row is not None
    return [Point("clearing_does_not_meet", None, "all districts", f"{row[0]} minutes")] if row[0] else []


def _unposted(connection: psycopg.Connection[Any]) -> list[Point]:
    rows = connection.execute(UNPOSTED, [LISTED_MAX])
    return [Point("decided_not_posted", district, str(proposal), "") for district, proposal in rows]


def _changed_schema(connection: psycopg.Connection[Any]) -> list[Point]:
    return [
        Point("schema_changed", None, changed, f"{command} by {role} at {at:%Y-%m-%d %H:%M:%S}")
        for at, role, command, changed in connection.execute(DDL, [LISTED_MAX])
    ]


def _waiting(connection: psycopg.Connection[Any]) -> list[Point]:
    unpublished = [
        Point("not_published", district, f"{head - done} rows", f"after position {done}")
        for district, head, done in connection.execute(UNPUBLISHED, [TOPIC])
    ]
    return unpublished + [
        Point("not_sealed", district, f"{head - size} rows", f"after position {size}")
        for district, head, size in connection.execute(UNSEALED)
    ]
