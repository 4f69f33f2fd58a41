"""Closed months: each statement is what its row in the journal says, and what the journal's rows add up to."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import sqlalchemy
from sqlalchemy.engine import Connection

from libs.db.database import plain_url
from services.ledger.audit.findings import Finding, Kind
from services.ledger.domain.closing import Month, digest_of
from services.ledger.domain.reasons import Reason
from services.ledger.store.closing_store import sums_from_rows
from services.ledger.store.leaves import LogBook
from services.ledger.usecases.period_close import state_month

CLOSED = f"""
    SELECT p.close_id, p.district_id, to_char(p.month, 'YYYY-MM') AS month, p.month::text AS first_day, p.statement,
        p.closed_by, p.closed_at, b.book, b.district_id AS book_of, e.cause, e.pos, e.actor, e.recorded_at
    FROM journal.period_close p
    LEFT JOIN journal.entry e ON e.request_id = p.close_id AND e.reason = {Reason.PERIOD_CLOSED}
    LEFT JOIN journal.book b ON b.book = e.book
    ORDER BY p.district_id, p.month"""
ROW_OF_STATEMENT = f"""
    SELECT e.request_id, e.pos FROM journal.entry e WHERE e.cause = :cause AND e.reason = {Reason.PERIOD_CLOSED}"""
ROWS_WITHOUT = f"""
    SELECT b.district_id, e.pos FROM journal.entry e JOIN journal.book b ON b.book = e.book
    WHERE e.outcome = 1 AND e.reason = {Reason.PERIOD_CLOSED}
        AND NOT EXISTS (SELECT 1 FROM journal.period_close p WHERE p.close_id = e.request_id)"""


def check_closes(url: str) -> list[Finding]:
    """Name each closed month whose statement is not the one that was closed with."""
    engine = sqlalchemy.create_engine(plain_url(url).replace("postgresql://", "postgresql+psycopg://", 1))
    try:
        with engine.connect() as connection:
            connection.execute(sqlalchemy.text("SET TRANSACTION READ ONLY"))
            findings = [
                finding
                for row in connection.execute(sqlalchemy.text(CLOSED)).all()
                for finding in _findings(connection, row)
            ]
            for district_id, position in connection.execute(sqlalchemy.text(ROWS_WITHOUT)):
                findings.append(
                    Finding(Kind.PERIOD_CLOSE_ALTERED, district_id, position, "period_close", "a statement")
                )
    finally:
        engine.dispose()
    return findings


def _findings(connection: Connection, row: Any) -> list[Finding]:
    digest = digest_of(row.statement)[:16]
    if row.cause is None or row.book is None:
        return [_without_row(connection, row, digest)]
    if row.cause != UUID(bytes=digest):
        return [_finding(row, "statement", str(row.cause), str(UUID(bytes=digest)))]
    statement = json.loads(row.statement)
    expected = {
        "district_id": (UUID(statement["district_id"]), row.district_id),
        "month": (f"{statement['month']}-01", row.first_day),
        "closed_by": (row.actor, row.closed_by),
        "closed_at": (row.recorded_at, row.closed_at),
    }
    differing = [_finding(row, name, str(one), str(other)) for name, (one, other) in expected.items() if one != other]
    month = Month.parse(statement["month"])
    again = state_month(connection, LogBook(row.book, row.book_of), month, sums=sums_from_rows).text()
    if again != row.statement:
        differing.append(_finding(row, "statement", again, row.statement))
    return differing


def _without_row(connection: Connection, row: Any, digest: bytes) -> Finding:
    """No row of the log has the id of the close; the one that has the statement's digest tells the true one."""
    found = connection.execute(sqlalchemy.text(ROW_OF_STATEMENT), {"cause": UUID(bytes=digest)}).first()
    if found is None or row.cause is not None:
        field = f"row of the close of {row.month}"
        return Finding(Kind.PERIOD_CLOSE_ALTERED, row.district_id, None, field, "a row")
    return _finding(row, "close_id", str(found.request_id), str(row.close_id), position=found.pos)


def _finding(row: Any, name: str, expected: str, found: str, *, position: int | None = None) -> Finding:
    field = f"{name} of {row.month}"
    return Finding(Kind.PERIOD_CLOSE_ALTERED, row.district_id, position or row.pos, field, expected, found)
