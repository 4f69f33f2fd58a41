"""What is due by the clock, read from the journal and from who has died."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from libs.clock import from_microseconds, local_date
from services.ledger.domain.wallets import Id, WalletClass

GRANTED_CLASS = int(WalletClass.GRANTED)
"""Written into the statements, as it is into the indexes of granted wallets (`wallet_granted…`)."""
# The month up to which grants were returned: of the last run that is done, or of the first granted wallet. Asked every
# second: one entry of an index for each district.
GRANTING = sa.text(f"""
    SELECT b.district_id, first.opened_at AS since, (
        SELECT max(r.month) FROM month_run r WHERE r.district_id = b.district_id AND r.reached_id IS NULL) AS last
    FROM journal.book b CROSS JOIN LATERAL (
        SELECT w.opened_at FROM journal.wallet w WHERE w.book = b.book AND w.class = {GRANTED_CLASS}
        ORDER BY w.opened_at LIMIT 1
    ) first ORDER BY b.district_id""")
# Only wallets that hold something: a long list of empty ones would make rows that move nothing.
GRANTED = sa.text(f"""
    SELECT w.owner FROM journal.book b JOIN journal.wallet w ON w.book = b.book AND w.class = {GRANTED_CLASS}
    WHERE b.district_id = :district_id AND w.owner > :after AND coalesce((SELECT x.after FROM (
        (SELECT debit_version AS version, debit_after AS after FROM journal.entry
         WHERE debit = w.wallet AND outcome = 0 ORDER BY debit_version DESC LIMIT 1)
        UNION ALL
        (SELECT credit_version, credit_after FROM journal.entry
         WHERE credit = w.wallet AND outcome = 0 ORDER BY credit_version DESC LIMIT 1)
    ) x ORDER BY x.version DESC LIMIT 1), 0) > 0 ORDER BY w.owner LIMIT :limit""")
REACHED = sa.text("SELECT reached_id FROM month_run WHERE district_id = :district_id AND month = :month")
SET_RUN = sa.text("""
    INSERT INTO month_run (district_id, month, reached_id) VALUES (:district_id, :month, :reached_id)
    ON CONFLICT (district_id, month) DO UPDATE SET reached_id = excluded.reached_id""")
FIRST_ESTATE = sa.text("SELECT min(due_at) FROM credit_due")
ESTATES = sa.text("""
    SELECT person_id, district_id, due_at FROM credit_due JOIN person USING (person_id) WHERE due_at <= :now
    ORDER BY due_at, person_id LIMIT :limit""")


def granting_districts(connection: Connection) -> list[tuple[UUID, date]]:
    """Districts in which somebody was ever granted credit, with the month whose end comes next."""
    opened = [
        (d, local_date(from_microseconds(since)).replace(day=1), last)
        for d, since, last in connection.execute(GRANTING)
    ]
    return [(district_id, max(month, last) if last else month) for district_id, month, last in opened]


def granted_people(connection: Connection, district_id: UUID, *, after: UUID, limit: int) -> list[Id]:
    """Whose granted wallets hold something available, in the order of their ids, a few at a time."""
    terms = {"district_id": district_id, "after": after, "limit": limit}
    return [owner.bytes for owner in connection.scalars(GRANTED, terms)]


def reached_in_month(connection: Connection, district_id: UUID, month: date) -> UUID:
    """Whose grants before this month were returned last, in the order of ids; nobody's yet: the least id."""
    reached_id: UUID | None = connection.scalar(REACHED, {"district_id": district_id, "month": month})
    return reached_id or UUID(int=0)


def set_month_run(connection: Connection, district_id: UUID, month: date, *, reached_id: UUID | None) -> None:
    """Record how far the return of the grants before this month has come; None: it is done."""
    connection.execute(SET_RUN, {"district_id": district_id, "month": month, "reached_id": reached_id})


def first_estate(connection: Connection) -> int | None:
    """When the first estate falls to its pool, in microseconds."""
    first: int | None = connection.scalar(FIRST_ESTATE)
    return first


def estates_due(connection: Connection, now_us: int, *, limit: int) -> list[tuple[UUID, UUID, int]]:
    """(person, district, due) of the estates that fall to their pools."""
    rows = connection.execute(ESTATES, {"now": now_us, "limit": limit})
    return [(person_id, district_id, due_at) for person_id, district_id, due_at in rows]
