"""What is due by the clock, read from the journal and from who has died."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from libs.clock import from_microseconds, local_date
from services.ledger.domain.wallets import Id, WalletClass

# The month up to which grants were returned: of the last run, or of the first granted wallet.
GRANTING = sa.text("""
    SELECT b.district_id, min(w.opened_at) AS since,
        (SELECT max(r.month) FROM month_run r WHERE r.district_id = b.district_id) AS last
    FROM journal.book b JOIN journal.wallet w ON w.book = b.book AND w.class = :granted
    GROUP BY b.district_id ORDER BY b.district_id""")
# Only wallets that hold something: a long list of empty ones would make rows that move nothing.
GRANTED = sa.text("""
    SELECT w.owner FROM journal.book b JOIN journal.wallet w ON w.book = b.book AND w.class = :granted
    WHERE b.district_id = :district_id AND coalesce((SELECT x.after FROM (
        (SELECT debit_version AS version, debit_after AS after FROM journal.entry
         WHERE debit = w.wallet AND outcome = 0 ORDER BY debit_version DESC LIMIT 1)
        UNION ALL
        (SELECT credit_version, credit_after FROM journal.entry
         WHERE credit = w.wallet AND outcome = 0 ORDER BY credit_version DESC LIMIT 1)
    ) x ORDER BY x.version DESC LIMIT 1), 0) > 0 ORDER BY w.owner""")
ADD_RUN = sa.text("""
    INSERT INTO month_run (district_id, month) VALUES (:district_id, :month) ON CONFLICT DO NOTHING""")
FIRST_ESTATE = sa.text("SELECT min(due_at) FROM credit_due")
ESTATES = sa.text("""
    SELECT person_id, district_id, due_at FROM credit_due JOIN person USING (person_id) WHERE due_at <= :now
    ORDER BY due_at, person_id LIMIT :limit""")


def granting_districts(connection: Connection) -> list[tuple[UUID, date]]:
    """Districts in which somebody was ever granted credit, with the month whose end comes next."""
    rows = connection.execute(GRANTING, {"granted": int(WalletClass.GRANTED)})
    opened = [(d, local_date(from_microseconds(since)).replace(day=1), last) for d, since, last in rows]
    return [(district_id, max(month, last) if last else month) for district_id, month, last in opened]


def granted_people(connection: Connection, district_id: UUID) -> list[Id]:
    """Whose granted wallets hold something available."""
    terms = {"granted": int(WalletClass.GRANTED), "district_id": district_id}
    return [owner.bytes for owner in connection.scalars(GRANTED, terms)]


def add_month_run(connection: Connection, district_id: UUID, month: date) -> None:
    """Record that the grants before this month were returned."""
    connection.execute(ADD_RUN, {"district_id": district_id, "month": month})


def first_estate(connection: Connection) -> int | None:
    """When the first estate falls to its pool, in microseconds."""
    first: int | None = connection.scalar(FIRST_ESTATE)
    return first


def estates_due(connection: Connection, now_us: int, *, limit: int) -> list[tuple[UUID, UUID, int]]:
    """(person, district, due) of the estates that fall to their pools."""
    rows = connection.execute(ESTATES, {"now": now_us, "limit": limit})
    return [(person_id, district_id, due_at) for person_id, district_id, due_at in rows]
