"""The journal on real PostgreSQL: batches, repeats, refusals, rolled-back transactions, other writers."""

from __future__ import annotations

import contextlib
from uuid import UUID

import pytest
import sqlalchemy

from libs.db.driver import driver_connection
from libs.errors import IdReusedError
from libs.programme.refusals import InsufficientCreditsError, MinutesOutOfRangeError
from services.ledger.audit import verify
from services.ledger.domain.entries import leaf_bytes
from services.ledger.domain.errors import OtherDistrictWithoutClearingError, SameWalletError
from services.ledger.domain.leaf import hash_leaf
from services.ledger.domain.postings import Decision, View
from services.ledger.domain.transfers import Transfer
from services.ledger.store import loading
from services.ledger.store.journal import COMMANDS_BETWEEN_SENDS, COMMANDS_MAX
from services.ledger.store.raw import COLUMNS, raw_cursor
from services.ledger.store.rows import ENTRY_WITH_OWNERS, entry_from
from services.ledger.tests.support import EAST, WEST, Ledger, earned, issue, move, new


def entries(ledger: Ledger) -> list:  # type: ignore[type-arg]
    """Every row of every book."""
    with ledger.database.reading() as connection:
        cursor = raw_cursor(driver_connection(connection))
        districts = dict(cursor.execute(loading.ALL_BOOKS).fetchall())
        return [entry_from(row, districts) for row in cursor.execute(f"{ENTRY_WITH_OWNERS} ORDER BY e.book, e.pos")]


def test_a_batch_moves_what_it_may_and_refuses_the_rest_alone(ledger: Ledger) -> None:
    lan, min_ = new(), new()

    results = ledger.post(
        issue(earned(lan), 100),
        move(earned(lan), earned(min_), 60),
        move(earned(lan), earned(min_), 60),
        move(earned(lan), earned(min_), 40),
    )

    assert [type(r.refusal) for r in results] == [type(None), type(None), InsufficientCreditsError, type(None)]
    assert ledger.balance(earned(lan)) == 0
    assert ledger.balance(earned(min_)) == 100
    assert [row.pos for row in entries(ledger)] == [1, 2, 3, 4]


def test_the_same_request_again_has_the_same_result_and_no_second_effect(ledger: Ledger) -> None:
    lan, min_ = new(), new()
    ledger.post(issue(earned(lan), 100))
    gift = move(earned(lan), earned(min_), 60)
    refused = move(earned(lan), earned(min_), 600)

    first = ledger.post(gift, refused)
    again = ledger.post(gift, refused, gift)
    ledger.post(issue(earned(lan), 1000))
    still_refused = ledger.post(refused)

    assert [r.pos for r in again] == [first[0].pos, first[1].pos, first[0].pos]
    assert not any(r.is_new for r in again)
    assert isinstance(still_refused[0].refusal, InsufficientCreditsError)
    assert ledger.balance(earned(min_)) == 60


def test_an_id_reused_with_other_terms_is_refused_and_recorded(ledger: Ledger) -> None:
    lan, min_ = new(), new()
    gift = issue(earned(lan), 100)
    ledger.post(gift)
    other = gift.__class__(gift.request_id, gift.terms, gift.debit, earned(min_), 100, gift.reason)

    results = ledger.post(other, other)

    assert [type(r.refusal) for r in results] == [IdReusedError, IdReusedError]
    assert ledger.balance(earned(min_)) == 0
    assert len(entries(ledger)) == 2


@pytest.mark.parametrize(
    ("minutes", "same", "west", "refusal"),
    [
        (0, False, False, MinutesOutOfRangeError),
        (-5, False, False, MinutesOutOfRangeError),
        (1 << 62, False, False, MinutesOutOfRangeError),
        (5, True, False, SameWalletError),
        (5, False, True, OtherDistrictWithoutClearingError),
    ],
)
def test_bad_terms_are_refused_by_name_and_change_nothing(
    ledger: Ledger, minutes: int, same: bool, west: bool, refusal: type[Exception]
) -> None:
    lan, min_ = new(), new()
    ledger.post(issue(earned(lan), 100))
    credit = earned(lan) if same else earned(min_, WEST if west else EAST)

    results = ledger.post(move(earned(lan), credit, minutes), move(earned(lan), earned(new()), 1))

    assert [type(r.refusal) for r in results] == [refusal, type(None)]
    assert ledger.balance(earned(lan)) == 99


def test_what_was_rolled_back_leaves_no_wrong_balance_behind(ledger: Ledger) -> None:
    lan, min_ = new(), new()
    ledger.post(issue(earned(lan), 100))

    with contextlib.suppress(ZeroDivisionError), ledger.database.transaction() as connection:
        ledger.journal.post(connection, [move(earned(lan), earned(min_), 70)], now_us=ledger.now_us)
        raise ZeroDivisionError
    results = ledger.post(move(earned(lan), earned(min_), 100))

    assert results[0].refusal is None
    assert [row.pos for row in entries(ledger)] == [1, 2]


class Breaks(Transfer):
    """A transfer in which something goes wrong that is no refusal."""

    def decide(self, view: View) -> Decision:
        """Fail."""
        raise RuntimeError(view)


@pytest.mark.parametrize("fails_inside", [True, False])
def test_a_book_that_was_opened_and_rolled_back_is_opened_again(ledger: Ledger, fails_inside: bool) -> None:
    with pytest.raises(RuntimeError), ledger.database.transaction() as connection:
        command, kind = issue(earned(new()), 1), Breaks if fails_inside else Transfer
        again = kind(command.request_id, command.terms, command.debit, command.credit, command.minutes, command.reason)
        ledger.journal.post(connection, [again], now_us=ledger.now_us)
        raise RuntimeError
    other = Ledger(ledger.database.url)
    other.post(issue(earned(new(), WEST), 10))  # Takes the number that was free again.

    ledger.post(issue(earned(new()), 10))

    with ledger.database.reading() as connection:
        books = connection.exec_driver_sql("SELECT book, district_id FROM journal.book ORDER BY book").all()
    assert [tuple(book) for book in books] == [(1, UUID(bytes=WEST)), (2, UUID(bytes=EAST))]
    assert verify.run(ledger.database.url, verify.Terms(processes=1)).findings == []
    other.database.dispose()


def test_two_posters_in_turn_see_each_others_rows(ledger: Ledger) -> None:
    lan, min_ = new(), new()
    other = Ledger(ledger.database.url)
    ledger.post(issue(earned(lan), 100), issue(earned(min_), 1))
    other.post(move(earned(lan), earned(min_), 30))

    results = ledger.post(move(earned(lan), earned(min_), 71), move(earned(min_), earned(lan), 31))

    assert isinstance(results[0].refusal, InsufficientCreditsError)
    assert results[1].refusal is None
    assert ledger.balance(earned(lan)) == 101
    other.database.dispose()


@pytest.mark.parametrize("rows_behind", [0, 1, 3, 4, 7, 8, 30])
def test_a_poster_sees_what_others_posted_however_far_behind_it_is(
    ledger: Ledger, rows_behind: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "CATCH_UP_MAX", 8)
    lan, min_ = new(), new()
    other = Ledger(ledger.database.url)
    ledger.post(issue(earned(lan), 100))  # Opens the book, so what is known of it is forgotten once.
    ledger.post(issue(earned(min_), 1))
    for _ in range(rows_behind):
        other.post(move(earned(lan), earned(min_), 1))

    results = ledger.post(move(earned(lan), earned(min_), 101 - rows_behind), move(earned(min_), earned(lan), 1))

    assert isinstance(results[0].refusal, InsufficientCreditsError)
    assert results[1].refusal is None
    assert (results[0].pos, ledger.balance(earned(lan))) == (3 + rows_behind, 101 - rows_behind)
    other.database.dispose()


def test_every_leaf_hash_is_that_of_its_row(ledger: Ledger) -> None:
    lan, min_ = new(), new()
    ledger.post(issue(earned(lan), 100), move(earned(lan), earned(min_), 60), move(earned(lan), earned(min_), 60))

    rows = entries(ledger)

    assert len(rows) == 3
    assert all(hash_leaf(leaf_bytes(row)) == row.leaf_hash for row in rows)


def test_a_clock_that_jumps_backwards_does_not_turn_the_journal_back(ledger: Ledger) -> None:
    lan = new()
    ledger.post(issue(earned(lan), 1))
    ledger.now_us -= 3_600_000_000

    ledger.post(issue(earned(lan), 2), issue(earned(lan), 3))

    times = [row.recorded_at for row in entries(ledger)]
    assert times == sorted(set(times))


@pytest.mark.parametrize(
    ("constraint", "changed"),
    [
        ("entry_pkey", {"request_id": "gen_random_uuid()", "debit_version": "99", "credit_version": "99"}),
        ("entry_once", {"pos": "99", "debit_version": "99", "credit_version": "99"}),
        ("entry_debit", {"pos": "99", "request_id": "gen_random_uuid()", "credit_version": "99"}),
        ("entry_credit", {"pos": "99", "request_id": "gen_random_uuid()", "debit_version": "99"}),
        ("credit_moves_between_two_wallets", {"minutes": "0"}),
        ("credit_moves_between_two_wallets", {"debit": "credit"}),
        ("credit_stays_in_its_book", {"book": "99"}),
        ("never_below_zero", {"credit_after": "-1"}),
        ("takes_effect_between_2000_and_2100", {"effective_at": "946684799999999"}),
        ("takes_effect_between_2000_and_2100", {"effective_at": "4133980800000000"}),
        ("what_moves_nothing_has_no_version", {"outcome": "2"}),
    ],
)
def test_a_poster_that_bypasses_the_lock_is_refused_by_the_constraints(
    ledger: Ledger, constraint: str, changed: dict[str, str]
) -> None:
    ledger.post(issue(earned(new()), 100))
    values = ", ".join(changed.get(name.strip(), name.strip()) for name in COLUMNS.split(","))

    with (
        pytest.raises(sqlalchemy.exc.IntegrityError, match=f'"{constraint}"'),
        ledger.database.transaction() as connection,
    ):
        connection.exec_driver_sql(f"INSERT INTO journal.entry ({COLUMNS}) SELECT {values} FROM journal.entry")

    assert len(entries(ledger)) == 1


@pytest.mark.parametrize(
    "commands", [1, *(many * COMMANDS_BETWEEN_SENDS + more for many in (1, 2) for more in (-1, 0, 1)), COMMANDS_MAX]
)
def test_a_batch_of_any_size_is_whole(ledger: Ledger, commands: int) -> None:
    lan = new()

    results = ledger.post(*(issue(earned(lan), 1) for _ in range(commands)))

    assert [result.pos for result in results] == list(range(1, commands + 1))
    assert [row.pos for row in entries(ledger)] == list(range(1, commands + 1))
    assert ledger.balance(earned(lan)) == commands
    assert verify.run(ledger.database.url).is_clean


def test_an_error_after_rows_were_sent_takes_all_of_them_back(ledger: Ledger) -> None:
    lan = new()
    ledger.post(issue(earned(lan), 1))
    ledger.post(issue(earned(lan), 1))
    last = issue(earned(lan), 1)
    breaks = Breaks(last.request_id, last.terms, last.debit, last.credit, last.minutes, last.reason)

    with pytest.raises(RuntimeError):
        ledger.post(*(issue(earned(lan), 1) for _ in range(3 * COMMANDS_BETWEEN_SENDS)), breaks)
    ledger.post(issue(earned(lan), 1))

    assert [row.pos for row in entries(ledger)] == [1, 2, 3]
    assert ledger.balance(earned(lan)) == 3
