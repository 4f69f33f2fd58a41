"""The sums of the months: the same however they were added up, whoever posts meanwhile or is killed in the middle."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from libs.clock import from_microseconds, to_microseconds
from services.ledger import due
from services.ledger.audit import sums
from services.ledger.audit.findings import Kind
from services.ledger.domain.postings import Terms
from services.ledger.domain.reasons import Reason
from services.ledger.domain.transfers import Transfer
from services.ledger.domain.wallets import WalletClass as W, district_wallet
from services.ledger.queries.supply_months import supply
from services.ledger.store import sums_store
from services.ledger.store.closing_store import sums_from_rows
from services.ledger.store.leaves import books
from services.ledger.store.sums_store import MonthSum, add_up, summed_upto, sums_of
from services.ledger.tests.stories import give, hold
from services.ledger.tests.support import EAST, WEST, Ledger, earned, issue, new
from tests.support.postgres import FreshDatabase

MARCH, APRIL = (datetime(2026, month, 10, tzinfo=UTC) for month in (3, 4))
SINCE, UNTIL = date(2000, 1, 1), date(2026, 12, 1)
KILLED = """
import sys, time
from libs.db import Database
from services.ledger.store import sums_store
sums_store.ROWS_AT_ONCE = 4
database = Database(sys.argv[1])
with database.transaction() as connection:
    sums_store.add_up(connection, 1)
with database.transaction() as connection:
    sums_store.add_up(connection, 1)
    print("in the middle", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def filled(ledger: Ledger) -> Ledger:
    """Two months of two districts: gifts, holds, and hours that came a month late."""
    lan = new()
    ledger.now_us = to_microseconds(MARCH)
    give(ledger, lan, earned=300)
    give(ledger, lan, WEST, granted=40)
    hold(ledger, new(), lan, 60)
    ledger.now_us = to_microseconds(APRIL)
    ledger.post(*(issue(earned(new()), 5 + n) for n in range(7)))
    at_march = Terms(cause=new(), effective_at=to_microseconds(MARCH))
    pool = district_wallet(EAST, W.ISSUANCE)
    ledger.post(Transfer(new(), at_march, pool, earned(lan), 30, Reason.HOURS_APPROVED))
    return ledger


def kept(ledger: Ledger) -> list[list[MonthSum]]:
    """What is read of every book, from sums and the rows behind them."""
    with ledger.database.reading() as connection:
        return [sums_of(connection, book.book, SINCE, UNTIL) for book in books(connection)]


def read(ledger: Ledger) -> list[list[MonthSum]]:
    """The same from the rows alone."""
    with ledger.database.reading() as connection:
        return [sorted(sums_from_rows(connection, book.book, SINCE, UNTIL)) for book in books(connection)]


def sum_all(ledger: Ledger) -> int:
    """Add everything up, each chunk in its transaction; return how many chunks there were."""
    chunks = 0
    for book in (1, 2):
        went_on = 1
        while went_on:
            with ledger.database.transaction() as connection:
                went_on = add_up(connection, book)
            chunks += bool(went_on)
    return chunks


def test_what_is_added_up_in_pieces_is_what_the_rows_say(filled: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    before = kept(filled)
    monkeypatch.setattr(sums_store, "ROWS_AT_ONCE", 3)

    chunks = sum_all(filled)

    assert chunks >= 4
    assert kept(filled) == before == read(filled)
    late = [row for row in kept(filled)[0] if row.is_late]
    assert [(row.month, row.reason, row.entries, row.minutes) for row in late] == [
        (date(2026, 4, 1), Reason.HOURS_APPROVED, 1, 30)
    ]


def test_supply_says_what_each_class_holds_before_and_after_adding_up(filled: Ledger) -> None:
    with filled.database.reading() as connection:
        before = supply(connection)
    sum_all(filled)

    with filled.database.reading() as connection:
        after = supply(connection)

    assert after == before
    of = {row["district_id"]: row["minutes"] for row in after}
    east = of[str(UUID(bytes=EAST))]
    assert east["earned"] + east["earned_held"] == 300 + sum(5 + n for n in range(7)) + 30
    assert east["earned_held"] == 60
    assert {row["sum_minutes"] for row in after} == {0}


def test_who_is_killed_in_the_middle_loses_a_chunk_and_nothing_counts_twice(filled: Ledger) -> None:
    child = subprocess.Popen([sys.executable, "-c", KILLED, filled.database.url], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline().strip() == "in the middle"
    child.kill()
    child.wait()
    child.stdout.close()
    assert upto(filled) == 4

    sum_all(filled)

    assert kept(filled) == read(filled)


def test_who_posts_meanwhile_is_counted_once(filled: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sums_store, "ROWS_AT_ONCE", 5)
    other = Ledger(filled.database.url)
    other.now_us = filled.now_us
    poster = threading.Thread(target=lambda: [other.post(issue(earned(new()), 1)) for _ in range(60)])
    summers = [threading.Thread(target=sum_all, args=(filled,)) for _ in range(2)]

    for thread in (poster, *summers):
        thread.start()
    seen = [sum(row.minutes for row in kept(filled)[0]) for _ in range(20)]
    for thread in (poster, *summers):
        thread.join()
    sum_all(filled)
    other.database.dispose()

    assert seen == sorted(seen)
    assert kept(filled) == read(filled)


def test_many_rows_are_due_to_be_added_up_and_a_few_are_not(filled: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    now = from_microseconds(filled.now_us) + timedelta(hours=1)
    run_all_due(filled, now)
    assert upto(filled) == 0
    monkeypatch.setattr(sums_store, "ROWS_BEHIND_MAX", 3)
    with filled.database.reading() as connection:
        assert due.next_due(connection, now) == now

    run_all_due(filled, now)

    assert upto(filled) >= 10
    assert kept(filled) == read(filled)


def upto(ledger: Ledger) -> int:
    """How far the first book is added up."""
    with ledger.database.reading() as connection:
        return summed_upto(connection, 1)


def run_all_due(ledger: Ledger, now: datetime) -> None:
    """Run what is due until nothing is."""
    while True:
        with ledger.database.transaction() as connection:
            at = due.next_due(connection, now)
            if at is None or at > now:
                return
            due.run_due(connection, now)


def test_a_sum_that_was_altered_is_named(fresh_database: FreshDatabase) -> None:
    urls = fresh_database("ledger")
    ledger = Ledger(urls.app)
    ledger.post(issue(earned(new()), 5), issue(earned(new()), 7))
    sum_all(ledger)
    assert sums.check_sums(urls.reader) == []

    _run(ledger, "UPDATE month_sum SET minutes = minutes + 1")

    (finding,) = sums.check_sums(urls.reader)
    assert (finding.kind, finding.expected, finding.found) == (
        Kind.SUM_ALTERED,
        "12 minutes in 2 rows",
        "13 minutes in 2 rows",
    )
    ledger.database.dispose()


def _run(ledger: Ledger, statement: str) -> Any:
    with ledger.database.transaction() as connection:
        return connection.exec_driver_sql(statement)
