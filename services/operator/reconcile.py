"""timebank reconcile: do orders, redemption, ledger and accounts believe the same? Each difference by its id.

It reads each database once, with the role that may only read. While events are on their way the services differ for a
moment: what is named here in two runs some seconds apart is real.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import psycopg

from libs.clock import to_microseconds
from libs.db.database import plain_url

NAMED_PER_CHECK_MAX = 20
LONG_HOLD_DAYS = 60
DAY_MICROSECONDS = 86_400_000_000


@dataclasses.dataclass(frozen=True)
class Difference:
    """Something two services do not agree on."""

    check: str
    subject: str
    words: str


def reconcile(readers: Mapping[str, str], *, now: datetime) -> list[Difference]:
    """Return every difference, a bounded number of each kind; empty when the services agree.

    `now` is the platform's time, which tells an old hold.
    """
    rows = {name: _read(readers[service], query) for name, (service, query) in _QUERIES.items()}
    sets = {name: {str(row[0]): row for row in found} for name, found in rows.items()}
    return [
        *_missing(sets, "settled orders", "settlements", "orders says settled, the ledger has no settlement"),
        *_missing(sets, "settlements", "once approved", "the ledger settled it, orders does not know it as settled"),
        *_missing(sets, "holds", "holding", "credit is held, nobody waits for help with it"),
        *_missing(sets, "placed redemptions", "holds", "redemption believes its hold open, the ledger holds nothing"),
        *_missing(sets, "fulfilled redemptions", "settlements", "fulfilled, but the ledger has no settlement"),
        *_missing(sets, "owners", "persons", "has a wallet, accounts does not know this person"),
        *_old_holds(sets["holds"].values(), to_microseconds(now)),
        *_uneven(rows["issued"], rows["sum"]),
    ]


def _missing(sets: Mapping[str, Mapping[str, Any]], left: str, right: str, words: str) -> list[Difference]:
    absent = sorted(set(sets[left]) - set(sets[right]))
    return [Difference(f"{left} in {right}", subject, words) for subject in absent[:NAMED_PER_CHECK_MAX]]


def _old_holds(holds: Iterable[Any], now_us: int) -> list[Difference]:
    """Return holds that have been open for very long: help that was neither given nor called off."""
    old = [row for row in holds if now_us - row[2] > LONG_HOLD_DAYS * DAY_MICROSECONDS]
    words = f"held for more than {LONG_HOLD_DAYS} days"
    return [Difference("old holds", str(row[0]), f"{row[1]} minutes {words}") for row in old[:NAMED_PER_CHECK_MAX]]


def _uneven(issued: list[Any], sums: list[Any]) -> list[Difference]:
    """Return an order whose issue the two books put differently, and a ledger whose wallets do not sum to nothing."""
    differences = [
        Difference("sum of wallets", "ledger", f"the wallets of book {book} sum to {total} minutes, not 0")
        for book, total in sums
        if total
    ]
    return differences + [
        Difference("issued minutes", str(order), f"orders counts {minutes} minutes as issued, below zero")
        for order, minutes in issued[:NAMED_PER_CHECK_MAX]
    ]


def _read(url: str, query: str) -> list[Any]:
    with psycopg.connect(plain_url(url), autocommit=True) as connection:
        connection.execute("SET statement_timeout = '120s'")
        return connection.execute(query.encode()).fetchall()


# Reasons and classes by their numbers in the journal, which never change: 1 to 5 settle, 40 and 44 answer without a
# transfer; classes 8 to 11 are what is held.
_QUERIES = {
    "settled orders": (
        "orders",
        "SELECT order_id FROM orders WHERE state = 'settled' AND funding <> 'purchased'",
    ),
    "once approved": (
        "orders",
        "SELECT order_id FROM orders WHERE settlement > 0 OR state IN ('approved', 'settled', 'reversed', 'disputed')",
    ),
    "holding": (
        "orders",
        """SELECT order_id FROM orders
        WHERE state NOT IN ('declined', 'cancelled', 'expired', 'no_show', 'rejected', 'settled', 'reversed')""",
    ),
    "issued": ("orders", "SELECT order_id, issued_minutes FROM orders WHERE issued_minutes < 0"),
    "placed redemptions": ("redemption", "SELECT redemption_id FROM redemption WHERE hold = 'placed'"),
    "fulfilled redemptions": ("redemption", "SELECT redemption_id FROM redemption WHERE state = 'fulfilled'"),
    "persons": ("accounts", "SELECT person_id FROM person"),
    "settlements": (
        "ledger",
        "SELECT DISTINCT act_id FROM journal.entry WHERE reason IN (1, 2, 3, 4, 5, 40, 44) AND outcome <= 1",
    ),
    "holds": (
        "ledger",
        """
        SELECT act_id, sum(CASE WHEN credit & 15 >= 8 THEN minutes ELSE 0 END
                         - CASE WHEN debit & 15 >= 8 THEN minutes ELSE 0 END) AS held,
            min(effective_at) AS since
        FROM journal.entry WHERE outcome = 0 AND (credit & 15 >= 8 OR debit & 15 >= 8)
        GROUP BY act_id HAVING sum(CASE WHEN credit & 15 >= 8 THEN minutes ELSE 0 END
                                 - CASE WHEN debit & 15 >= 8 THEN minutes ELSE 0 END) <> 0""",
    ),
    "owners": ("ledger", "SELECT DISTINCT owner FROM journal.wallet WHERE class BETWEEN 5 AND 7"),
    "sum": (
        "ledger",
        """
        SELECT book, sum(after) FROM (
            SELECT DISTINCT ON (wallet) wallet, book, after FROM (
                SELECT debit AS wallet, book, debit_version AS version, debit_after AS after
                FROM journal.entry WHERE outcome = 0
                UNION ALL
                SELECT credit, book, credit_version, credit_after FROM journal.entry WHERE outcome = 0
            ) AS side ORDER BY wallet, version DESC
        ) AS last GROUP BY book""",
    ),
}
