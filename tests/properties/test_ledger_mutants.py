"""Each safeguard of posting is taken away in turn, and a test must notice: a safeguard that nothing misses is none."""

from __future__ import annotations

import contextlib
import inspect
import textwrap
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any, NamedTuple

import psycopg
import pytest
import sqlalchemy

from libs.db.database import plain_url
from services.ledger.domain import postings, transfers
from services.ledger.domain.postings import Terms
from services.ledger.domain.transfers import Gift
from services.ledger.domain.wallets import WalletClass as W
from services.ledger.store import journal, loading
from services.ledger.tests.stories import PLAIN, of_person
from services.ledger.tests.support import EAST, WEST, Ledger, earned, issue, move, new
from tests.support.postgres import FreshDatabase

WAIT_SECONDS = 5.0
LOCKED = "SELECT pg_advisory_lock(%s, %s)"
TRY = "SELECT pg_try_advisory_lock(%s, %s)"


@pytest.fixture
def ledgers(fresh_database: FreshDatabase) -> Iterator[tuple[Ledger, Ledger]]:
    """Two posters on one ledger."""
    url = fresh_database("ledger").app
    both = Ledger(url), Ledger(url)
    yield both
    for ledger in both:
        ledger.database.dispose()


def exact_spending(one: Ledger, _other: Ledger) -> None:
    """What is there may be spent to the last minute."""
    lan = new()
    one.post(issue(earned(lan), 100))

    assert one.post(move(earned(lan), earned(new()), 100))[0].refusal is None


def posters_in_turn(one: Ledger, other: Ledger) -> None:
    """Each poster knows what the other posted since."""
    lan, min_ = new(), new()
    one.post(issue(earned(new()), 1))  # Opens the book; what is known of one is forgotten once, with its transaction.
    one.post(issue(earned(lan), 100), issue(earned(min_), 1))
    other.post(move(earned(lan), earned(min_), 30))

    assert one.post(move(earned(lan), earned(min_), 70))[0].refusal is None
    assert one.balance(earned(lan)) == 0


def a_book_that_was_rolled_back_is_opened_again(one: Ledger, other: Ledger) -> None:
    """The number of a book that was opened and rolled back may be another's by then."""
    with contextlib.suppress(ZeroDivisionError), one.database.transaction() as connection:
        one.journal.post(connection, [issue(earned(new()), 1)], now_us=one.now_us)
        raise ZeroDivisionError
    other.post(issue(earned(new(), WEST), 10))

    one.post(issue(earned(new()), 10))

    with one.database.reading() as connection:
        books = connection.scalars(sqlalchemy.text("SELECT DISTINCT book FROM journal.entry")).all()
    assert len(books) == 2, "two districts share a book"


def other_terms_are_refused_again(one: Ledger, other: Ledger) -> None:
    """An id used with other terms is refused the same way in a later batch, by anybody."""
    first = issue(earned(new()), 10)
    changed = replace(first, minutes=11)
    one.post(first)

    refused = [one.post(changed)[0].pos, other.post(changed)[0].pos]

    assert refused[0] == refused[1]


def a_second_poster_waits(one: Ledger, other: Ledger) -> None:
    """While a post is not committed, another to the same book waits, and then follows it."""
    lan = new()
    one.post(issue(earned(lan), 100))
    later: list[Any] = []
    with one.database.transaction() as connection:
        one.journal.post(connection, [move(earned(lan), earned(new()), 60)], now_us=one.now_us)
        thread = _post_aside(other, move(earned(lan), earned(new()), 40), later)
        thread.join(0.3)
        assert thread.is_alive(), "it did not wait"
    thread.join(WAIT_SECONDS)

    assert later[0].refusal is None


def the_same_request_at_the_same_moment(one: Ledger, other: Ledger) -> None:
    """Of two posts of one request at the same moment the second has the first's result."""
    lan = new()
    one.post(issue(earned(lan), 100))
    twice = move(earned(lan), earned(new()), 60)
    later: list[Any] = []
    with one.database.transaction() as connection:
        first = one.journal.post(connection, [twice], now_us=one.now_us)
        thread = _post_aside(other, twice, later)
        thread.join(0.3)
    thread.join(WAIT_SECONDS)

    assert (later[0].pos, later[0].is_new) == (first[0].pos, False)


def books_are_locked_in_one_order(one: Ledger, other: Ledger) -> None:
    """A poster that waits for the first of two books does not hold the second."""
    lan = new()
    one.post(issue(earned(new(), EAST), 1))
    one.post(issue(earned(lan, WEST), 100))
    gift = Gift(new(), WEST, Terms(cause=new(), act_id=new()), lan, of_person(new(), W.RECEIVED, EAST), 10, PLAIN)
    later: list[Any] = []
    with psycopg.connect(plain_url(one.database.url), autocommit=True) as connection:
        connection.execute(LOCKED, [loading.JOURNAL_LOCK, 1])
        thread = _post_aside(other, gift, later)
        thread.join(0.3)
        row = connection.execute(TRY, [loading.JOURNAL_LOCK, 2]).fetchone()
        connection.execute("SELECT pg_advisory_unlock_all()")
    thread.join(WAIT_SECONDS)

    assert row == (True,), "it holds the second book while it waits for the first"
    assert later[0].refusal is None


def _post_aside(ledger: Ledger, command: Any, results: list[Any]) -> threading.Thread:
    def post() -> None:
        try:
            results.extend(ledger.post(command))
        except Exception as error:  # noqa: BLE001 - told to the test
            results.append(error)

    thread = threading.Thread(target=post, daemon=True)
    thread.start()
    return thread


class Safeguard(NamedTuple):
    """What protects posting, where it stands, and how to take it away."""

    promise: Callable[[Ledger, Ledger], None]
    module: ModuleType
    function: str
    changes: dict[str, str]
    """Old source → new source, as it stands when the function's own indentation is taken off."""


LOCKING = "_Batch._lock_and_catch_up"
SAFEGUARDS = {
    "the lock": Safeguard(
        a_second_poster_waits, journal, LOCKING, {"pg_advisory_xact_lock(%s, %s)": "%s::int + %s::int"}
    ),
    "the catch-up": Safeguard(
        posters_in_turn, loading, "_take_rows", {"wallet.version, wallet.after = version, after": "pass"}
    ),
    "looking for the id under the lock": Safeguard(
        the_same_request_at_the_same_moment,
        journal,
        LOCKING,
        {
            "    with self._raw.pipeline():\n": "    early = raw_cursor(self._raw).execute(loading.SEEN, [requests])\n"
            "    early = early.fetchall()\n    with self._raw.pipeline():\n",
            "for found in seen:": "for found in early:",
        },
    ),
    "asking again for a book just opened": Safeguard(
        a_book_that_was_rolled_back_is_opened_again, loading, "_open_book", {"cache.has_opened = True": "pass"}
    ),
    "looking for an earlier refusal": Safeguard(
        other_terms_are_refused_again, journal, "_Batch._see_reuses", {"self._see(row)": "pass"}
    ),
    "less, not less or equal": Safeguard(
        exact_spending,
        postings,
        "refuse_shortage",
        {"view.balance(debit) < minutes": "view.balance(debit) <= minutes"},
    ),
    "the order of the books": Safeguard(
        books_are_locked_in_one_order, journal, "_Batch.post", {"lambda book: book.number": "lambda book: -book.number"}
    ),
}


def take_away(monkeypatch: pytest.MonkeyPatch, safeguard: Safeguard) -> None:
    """Put the function with changed source in the place of the right one, wherever it is used."""
    owner: Any = safeguard.module
    *path, last = safeguard.function.split(".")
    for part in path:
        owner = getattr(owner, part)
    source = textwrap.dedent(inspect.getsource(getattr(owner, last)))
    for old, changed in safeguard.changes.items():
        assert old in source, "the source to change is not there any more"
        source = source.replace(old, changed)
    names: dict[str, Any] = {}
    exec(compile(source, f"<mutant of {last}>", "exec"), vars(safeguard.module), names)
    for place in (owner, transfers):
        if hasattr(place, last):
            monkeypatch.setattr(place, last, names[last])


@pytest.mark.parametrize("safeguard", sorted(SAFEGUARDS))
def test_posting_keeps_its_promise(ledgers: tuple[Ledger, Ledger], safeguard: str) -> None:
    SAFEGUARDS[safeguard].promise(*ledgers)


@pytest.mark.parametrize("safeguard", sorted(SAFEGUARDS))
def test_a_poster_without_it_is_noticed(
    ledgers: tuple[Ledger, Ledger], safeguard: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_away(monkeypatch, SAFEGUARDS[safeguard])

    with pytest.raises((AssertionError, AttributeError, sqlalchemy.exc.DBAPIError)):
        SAFEGUARDS[safeguard].promise(*ledgers)
