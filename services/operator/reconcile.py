"""timebank reconcile: do orders, redemption, ledger and accounts believe the same? Each difference by its id.

It reads each database once, with the role that may only read, in the order of the ids, and lays the streams side by
side: a city's orders need no more memory than a village's. While events are on their way the services differ for a
moment: what is named here in two runs some seconds apart is real.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any

import psycopg

from libs.clock import to_microseconds
from libs.db.database import plain_url

NAMED_PER_CHECK_MAX = 20
LONG_HOLD_DAYS = 60
DAY_MICROSECONDS = 86_400_000_000
ROWS_AT_ONCE = 2_000
READING_MAX = "6h"
Row = tuple[Any, ...]


@dataclasses.dataclass(frozen=True)
class Difference:
    """Something two services do not agree on."""

    check: str
    subject: str
    words: str


@dataclasses.dataclass(frozen=True)
class Belief:
    """What one service believes: a query whose rows begin with an id, in its order, and say yes or no to each fact."""

    service: str
    facts: tuple[str, ...]
    query: str


def reconcile(readers: Mapping[str, str], *, now: datetime) -> list[Difference]:
    """Return every difference, a bounded number of each kind; empty when the services agree.

    `now` is the platform's time, which tells an old hold.
    """
    named = _Named()
    with _streamed(readers, _OF_ORDERS) as streams:
        for subject, rows in _side_by_side(streams):
            _compare(named, _OF_ORDERS, subject, rows)
            _look_at_hold(named, subject, rows, to_microseconds(now))
    with _streamed(readers, _OF_PERSONS) as streams:
        for subject, rows in _side_by_side(streams):
            _compare(named, _OF_PERSONS, subject, rows)
    _look_at_sums(named, readers)
    return named.in_order()


class _Named:
    """The differences that are named: of each check so many, the others are as they are."""

    def __init__(self) -> None:
        self._by_check: dict[str, list[Difference]] = defaultdict(list)

    def add(self, check: str, subject: str, words: str) -> None:
        """Name one, unless enough of its kind are."""
        if len(self._by_check[check]) < NAMED_PER_CHECK_MAX:
            self._by_check[check].append(Difference(check, subject, words))

    def in_order(self) -> list[Difference]:
        """Return them by check."""
        return [difference for named in self._by_check.values() for difference in named]


@contextlib.contextmanager
def _streamed(readers: Mapping[str, str], beliefs: Sequence[Belief]) -> Iterator[list[Iterator[Row]]]:
    """Open what each service believes, a few rows of it at a time, beginning at the same moment."""
    with contextlib.ExitStack() as stack:
        yield [
            _numbered(number, stack.enter_context(_reading(readers[belief.service])), belief.query)
            for number, belief in enumerate(beliefs)
        ]


def _numbered(number: int, connection: psycopg.Connection[Any], query: str) -> Iterator[Row]:
    with connection.cursor() as cursor:
        for subject, *said in cursor.stream(query.encode(), size=ROWS_AT_ONCE):
            yield subject, number, said


@contextlib.contextmanager
def _reading(url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(plain_url(url), autocommit=True) as connection:
        connection.execute(f"SET statement_timeout = '{READING_MAX}'".encode())
        yield connection


def _side_by_side(streams: Sequence[Iterator[Row]]) -> Iterator[tuple[str, list[Row]]]:
    """Give each id once, with what the streams say of it."""
    for subject, rows in groupby(merge(*streams), key=itemgetter(0)):
        yield subject, list(rows)


def _compare(named: _Named, beliefs: Sequence[Belief], subject: str, rows: Iterable[Row]) -> None:
    held = {fact for _, number, said in rows for fact, is_so in zip(beliefs[number].facts, said, strict=False) if is_so}
    for left, right, words in _CHECKS:
        if left in held and right not in held:
            named.add(f"{left} in {right}", subject, words)


def _look_at_hold(named: _Named, subject: str, rows: Iterable[Row], now_us: int) -> None:
    """Name a hold that has been open for very long: help that was neither given nor called off."""
    for _, number, said in rows:
        if _OF_ORDERS[number].facts == ("holds",):
            _, minutes, since_us = said
            if now_us - since_us > LONG_HOLD_DAYS * DAY_MICROSECONDS:
                named.add("old holds", subject, f"{minutes} minutes held for more than {LONG_HOLD_DAYS} days")


def _look_at_sums(named: _Named, readers: Mapping[str, str]) -> None:
    """Name a book whose wallets do not sum to nothing, and an order that counts less than nothing as issued."""
    with _reading(readers["ledger"]) as ledger, _reading(readers["orders"]) as orders:
        for book, total in ledger.execute(_SUMS.encode()):
            if total:
                named.add("sum of wallets", "ledger", f"the wallets of book {book} sum to {total} minutes, not 0")
        for order, minutes in orders.execute(_ISSUED.encode(), [NAMED_PER_CHECK_MAX]):
            named.add("issued minutes", str(order), f"orders counts {minutes} minutes as issued, below zero")


_CHECKS = (
    ("settled orders", "settlements", "orders says settled, the ledger has no settlement"),
    ("settlements", "once approved", "the ledger settled it, orders does not know it as settled"),
    ("holds", "holding", "credit is held, nobody waits for help with it"),
    ("placed redemptions", "holds", "redemption believes its hold open, the ledger holds nothing"),
    ("fulfilled redemptions", "settlements", "fulfilled, but the ledger has no settlement"),
    ("owners", "persons", "has a wallet, accounts does not know this person"),
)
# Reasons and classes by their numbers in the journal, which never change: 1 to 5 settle, 40 and 44 answer without a
# transfer; classes 8 to 11 are what is held. An id's text has the order of the id.
_OF_ORDERS = (
    Belief(
        "orders",
        ("settled orders", "once approved", "holding"),
        """
        SELECT order_id::text, state = 'settled' AND funding <> 'purchased',
            settlement > 0 OR state IN ('approved', 'settled', 'reversed', 'disputed'),
            state NOT IN ('declined', 'cancelled', 'expired', 'no_show', 'rejected', 'settled', 'reversed')
        FROM orders ORDER BY order_id""",
    ),
    Belief(
        "redemption",
        ("placed redemptions", "fulfilled redemptions"),
        """
        SELECT redemption_id::text, hold = 'placed', state = 'fulfilled' FROM redemption
        WHERE hold = 'placed' OR state = 'fulfilled' ORDER BY redemption_id""",
    ),
    Belief(
        "ledger",
        ("settlements",),
        """
        SELECT act_id::text, true FROM journal.entry
        WHERE reason IN (1, 2, 3, 4, 5, 40, 44) AND outcome <= 1 GROUP BY act_id ORDER BY act_id""",
    ),
    Belief(
        "ledger",
        ("holds",),
        """
        SELECT act_id::text, true, sum(change), min(effective_at) FROM (
            SELECT act_id, effective_at, CASE WHEN credit & 15 >= 8 THEN minutes ELSE 0 END
                - CASE WHEN debit & 15 >= 8 THEN minutes ELSE 0 END AS change
            FROM journal.entry WHERE outcome = 0 AND (credit & 15 >= 8 OR debit & 15 >= 8)
        ) AS side GROUP BY act_id HAVING sum(change) <> 0 ORDER BY act_id""",
    ),
)
_OF_PERSONS = (
    Belief("accounts", ("persons",), "SELECT person_id::text, true FROM person ORDER BY person_id"),
    Belief(
        "ledger",
        ("owners",),
        "SELECT owner::text, true FROM journal.wallet WHERE class BETWEEN 5 AND 7 GROUP BY owner ORDER BY owner",
    ),
)
# A wallet's balance is what its last row says: two look-ups in indexes, where sorting all rows would need them all.
_SUMS = """
    SELECT w.book, sum(coalesce((SELECT x.after FROM (
        (SELECT debit_version AS version, debit_after AS after FROM journal.entry
         WHERE debit = w.wallet AND outcome = 0 ORDER BY debit_version DESC LIMIT 1)
        UNION ALL
        (SELECT credit_version, credit_after FROM journal.entry
         WHERE credit = w.wallet AND outcome = 0 ORDER BY credit_version DESC LIMIT 1)
    ) x ORDER BY x.version DESC LIMIT 1), 0)) FROM journal.wallet w GROUP BY w.book"""
_ISSUED = "SELECT order_id, issued_minutes FROM orders WHERE issued_minutes < 0 ORDER BY order_id LIMIT %s"
