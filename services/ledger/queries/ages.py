"""How old the saved minutes are that people have: whoever uses some uses the oldest first.

Of one person after the other, in the order of ids: what came into the earned wallet, oldest first, less what left it.
Rows are only added, so what was left at a position stays true for ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from libs.clock import local_midnight, to_microseconds
from services.ledger.domain.flows import AGES_YEARS
from services.ledger.domain.reasons import BETWEEN_TWINS
from services.ledger.domain.wallets import WalletClass

OWNERS_AT_ONCE = 1_000
NOBODY = UUID(int=0)
_CLASSES = f"{int(WalletClass.EARNED)}, {int(WalletClass.EARNED_HELD)}"
_MOVED = f"e.outcome = 0 AND e.pos <= :upto AND e.reason NOT IN ({', '.join(str(int(r)) for r in BETWEEN_TWINS)})"
LEFT = sa.text(f"""
    WITH mine AS MATERIALIZED (
        SELECT w.owner, w.wallet FROM journal.wallet w JOIN (
            SELECT DISTINCT owner FROM journal.wallet
            WHERE book = :book AND class IN ({_CLASSES}) AND owner > :after ORDER BY owner LIMIT :limit
        ) those USING (owner) WHERE w.book = :book AND w.class IN ({_CLASSES})
    ), used AS (
        SELECT m.owner, sum(e.minutes) AS minutes FROM mine m JOIN journal.entry e ON e.debit = m.wallet
        WHERE {_MOVED} GROUP BY 1
    ), came AS (
        SELECT m.owner, e.effective_at, e.minutes, sum(e.minutes) OVER (
            PARTITION BY m.owner ORDER BY e.effective_at, e.pos) AS so_far
        FROM mine m JOIN journal.entry e ON e.credit = m.wallet WHERE {_MOVED}
    ), kept AS (
        SELECT c.owner, c.effective_at,
            least(c.minutes, greatest(0, c.so_far - coalesce(u.minutes, 0))) AS minutes
        FROM came c LEFT JOIN used u USING (owner)
    ), aged AS (
        SELECT owner, width_bucket(effective_at, CAST(:edges AS bigint[])) AS bucket, sum(minutes) AS minutes
        FROM kept WHERE minutes > 0 GROUP BY 1, 2
    )
    SELECT m.owner, a.bucket, CAST(coalesce(a.minutes, 0) AS bigint)
    FROM (SELECT DISTINCT owner FROM mine) m LEFT JOIN aged a USING (owner) ORDER BY 1, 2""")


class Aged(NamedTuple):
    """What somebody has left of an age."""

    owner: UUID
    figure: str
    minutes: int


def left_by_age(connection: Connection, book: int, *, upto: int, on: date, after: UUID = NOBODY) -> Iterator[Aged]:
    """Give what each person of a book had left at a position, by how long before a day it was saved."""
    edges = sorted(to_microseconds(local_midnight(_years_before(on, since))) for since, _ in AGES_YEARS.values())
    names = list(AGES_YEARS)
    terms = {"book": book, "upto": upto, "edges": edges[:-1], "limit": OWNERS_AT_ONCE}
    while rows := connection.execute(LEFT, terms | {"after": after}).all():
        for owner, bucket, minutes in rows:
            if bucket is not None:
                yield Aged(owner, names[-1 - bucket], minutes)
        after = rows[-1][0]


def _years_before(day: date, years: int) -> date:
    """The first day of the month, so many years ago."""
    return date(day.year - years, day.month, 1)
