"""What earlier reversals are still owed by a volunteer's later awards."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.engine import Connection

from libs.db.driver import driver_connection
from services.ledger.domain.awards import due_for_recovery
from services.ledger.store.loading import ALL_BOOKS
from services.ledger.store.raw import raw_cursor
from services.ledger.store.rows import ENTRY_WITH_OWNERS, entry_from

NOTES_OF = f"""
    WITH mine AS (SELECT wallet FROM journal.wallet WHERE owner = %s::uuid AND class = 5)
    {ENTRY_WITH_OWNERS} WHERE e.outcome = 1 AND (e.debit IN (SELECT wallet FROM mine)
        OR e.credit IN (SELECT wallet FROM mine))"""


def due_of_person(connection: Connection, person_id: UUID) -> int:
    """The minutes still to be kept back, over all districts."""
    cursor = raw_cursor(driver_connection(connection))
    districts = dict(cursor.execute(ALL_BOOKS).fetchall())
    rows = cursor.execute(NOTES_OF, [person_id.hex]).fetchall()
    return due_for_recovery(entry_from(row, districts) for row in rows)
