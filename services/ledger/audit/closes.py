"""Closed months: each statement is what its row in the journal says, and what the journal's rows add up to."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy
from sqlalchemy.engine import Connection

from libs.db.database import plain_url
from services.ledger.audit.findings import Finding, Kind
from services.ledger.domain.closing import Month, digest_of
from services.ledger.domain.reasons import Reason
from services.ledger.store.leaves import LogBook
from services.ledger.usecases.period_close import state_month

CLOSED = f"""
    SELECT p.close_id, p.district_id, to_char(p.month, 'YYYY-MM') AS month, p.statement, b.book, e.cause, e.pos
    FROM journal.period_close p LEFT JOIN journal.book b ON b.district_id = p.district_id
    LEFT JOIN journal.entry e ON e.request_id = p.close_id AND e.reason = {Reason.PERIOD_CLOSED}
    ORDER BY p.district_id, p.month"""
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
        return [Finding(Kind.PERIOD_CLOSE_ALTERED, row.district_id, None, f"row of the close of {row.month}", "a row")]
    if row.cause != UUID(bytes=digest):
        expected, found = str(row.cause), str(UUID(bytes=digest))
        name = f"statement of {row.month}"
        return [Finding(Kind.PERIOD_CLOSE_ALTERED, row.district_id, row.pos, name, expected, found)]
    again = state_month(connection, LogBook(row.book, row.district_id), Month.parse(row.month)).text()
    if again != row.statement:
        name = f"statement of {row.month}"
        return [Finding(Kind.PERIOD_CLOSE_ALTERED, row.district_id, row.pos, name, again, row.statement)]
    return []
