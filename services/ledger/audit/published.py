"""The relay's own mark: what was published of a book's journal must still stand in it."""

from __future__ import annotations

from typing import Any

import psycopg

from services.ledger import messages
from services.ledger.audit.findings import Finding, Kind

# One statement, one snapshot: whatever was published by then had been committed before.
PUBLISHED = """
    SELECT b.district_id, p.published_pos, h.head FROM outbox_published p
    JOIN journal.book b ON b.district_id::text = p.stream
    CROSS JOIN LATERAL (
        SELECT coalesce(max(e.pos), 0) AS head FROM journal.entry e WHERE e.book = b.book) h
    WHERE p.topic = %s AND p.published_pos > h.head"""


def check_published(connection: psycopg.Connection[Any]) -> list[Finding]:
    """Name each book that ends before the last row that was published of it."""
    return [
        Finding(Kind.JOURNAL_SHORTER, district_id, head + 1, "pos", f"{told} rows, which were published", f"{head}")
        for district_id, told, head in connection.execute(PUBLISHED, [messages.TOPIC])
    ]
