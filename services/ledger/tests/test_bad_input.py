"""Bad input between two good neighbours: refused by name, recorded once, final, and nothing else is changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy

from libs.errors import IdReusedError, Refusal
from libs.programme import refusals
from services.ledger.audit import verify
from services.ledger.domain import errors
from services.ledger.domain.days import END_US, FIRST_US
from services.ledger.domain.errors import OUTCOME_OF
from services.ledger.domain.holds import PlaceHold, ReleaseHold
from services.ledger.domain.postings import Command, Terms
from services.ledger.domain.reasons import Reason
from services.ledger.domain.reverse import ReverseAct
from services.ledger.domain.transfers import Donation, Gift, Goods, Transfer
from services.ledger.domain.wallets import Id, WalletClass as W
from services.ledger.tests.stories import PLAIN, approval, give, hold, of_district, of_person, release, served
from services.ledger.tests.support import EAST, WEST, Ledger, earned, issue, move, new
from services.ledger.tests.test_transfers import donate, undo

SUPPLY = """
    SELECT coalesce(sum(minutes), 0), count(*) FROM journal.entry WHERE outcome = 0"""
ROW = "SELECT outcome, minutes FROM journal.entry WHERE request_id = CAST(:id AS uuid)"


class Case:
    """A small town, and one command that must be refused."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.lan, self.min = ledger, new(), new()
        give(ledger, self.lan, earned=100, granted=20)
        give(ledger, self.min, earned=100)
        left = ledger.balance(of_district(W.POOL))
        if left < 50:  # A case of its own, or another before it.
            ledger.post(issue(of_district(W.POOL), 50 - left))

    def transfer(self, minutes: Any = 10, **more: Any) -> Command:
        """A transfer in which one thing is wrong."""
        sides: dict[str, Any] = {"debit": earned(self.lan), "credit": earned(self.min), "reason": Reason.GIFT} | more
        return Transfer(new(), Terms(cause=new()), minutes=minutes, **sides)

    def dated(self, effective_at: int) -> Command:
        """A transfer that takes effect at an instant."""
        terms = Terms(cause=new(), effective_at=effective_at)
        return Transfer(new(), terms, earned(self.lan), earned(self.min), 10, Reason.GIFT)

    def closed_hold(self) -> Id:
        """A hold that was given back."""
        hold(self.ledger, order := new(), self.lan, 30)
        release(self.ledger, order)
        return order

    def settled(self) -> Id:
        """An order whose hours were settled."""
        hold(self.ledger, order := new(), self.lan, 60)
        self.ledger.post(approval(order, served(self.min, 60, self.ledger), planned=60))
        return order

    def undone(self) -> Id:
        """A donation that was reversed."""
        donate(self.ledger, self.lan, 10, act := new())
        undo(self.ledger, act)
        return act

    def terms(self, act: Id) -> Terms:
        """Terms of an act."""
        return Terms(cause=new(), act_id=act)

    def reverse(self, act: Id) -> Command:
        """Reverse an act here."""
        return ReverseAct(new(), EAST, self.terms(act), (EAST,))


Make = Callable[[Case], Command]
CASES: dict[str, tuple[Make, type[Refusal]]] = {
    "zero": (lambda c: c.transfer(0), refusals.MinutesOutOfRangeError),
    "negative": (lambda c: c.transfer(-1), refusals.MinutesOutOfRangeError),
    "huge": (lambda c: c.transfer(1 << 40), refusals.MinutesOutOfRangeError),
    "larger than any column": (lambda c: c.transfer(1 << 200), refusals.MinutesOutOfRangeError),
    "fraction": (lambda c: c.transfer(1.5), refusals.MinutesOutOfRangeError),
    "text": (lambda c: c.transfer("60"), refusals.MinutesOutOfRangeError),
    "truth value": (lambda c: c.transfer(True), refusals.MinutesOutOfRangeError),
    "before the year 2000": (lambda c: c.dated(FIRST_US - 1), errors.DateOutOfRangeError),
    "after the year 2100": (lambda c: c.dated(END_US), errors.DateOutOfRangeError),
    "the year 1": (lambda c: c.dated(-62_135_596_800_000_000), errors.DateOutOfRangeError),
    "same wallet": (lambda c: c.transfer(credit=earned(c.lan)), errors.SameWalletError),
    "another district": (lambda c: c.transfer(credit=earned(c.min, WEST)), errors.OtherDistrictWithoutClearingError),
    "more than there is": (lambda c: c.transfer(101), refusals.InsufficientCreditsError),
    "a wallet nobody opened": (lambda c: c.transfer(1, debit=earned(new())), refusals.InsufficientCreditsError),
    "gift of granted credit": (
        lambda c: Gift(new(), EAST, c.terms(new()), c.lan, of_person(c.min, W.RECEIVED), 110, PLAIN),
        refusals.CreditNotGiftableError,
    ),
    "donation of more": (
        lambda c: Donation(new(), EAST, c.terms(new()), c.min, 101), refusals.InsufficientCreditsError,
    ),
    "goods where none are allowed": (
        lambda c: Goods(new(), EAST, c.terms(new()), c.lan, 10, PLAIN), refusals.GoodsNotAllowedError,
    ),
    "hold of more": (
        lambda c: PlaceHold(new(), EAST, c.terms(new()), 121, c.lan, EAST), refusals.InsufficientCreditsError,
    ),
    "hold of the pool's more": (
        lambda c: PlaceHold(new(), EAST, c.terms(new()), 51, None, EAST), refusals.PoolInsufficientError,
    ),
    "second hold of one order": (
        lambda c: PlaceHold(new(), EAST, c.terms(c.closed_hold()), 10, c.lan, EAST), errors.HoldExistsError,
    ),
    "release of a closed hold": (
        lambda c: ReleaseHold(new(), EAST, c.terms(c.closed_hold()), EAST), errors.HoldClosedError,
    ),
    "release of a captured hold": (
        lambda c: ReleaseHold(new(), EAST, c.terms(c.settled()), EAST), errors.HoldClosedError,
    ),
    "capture of a closed hold": (
        lambda c: approval(c.closed_hold(), served(c.min, 30, c.ledger), planned=30), errors.HoldClosedError,
    ),
    "reversal of a reversal": (lambda c: c.reverse(c.undone()), refusals.AlreadyReversedError),
    "reversal of a settlement here": (lambda c: c.reverse(c.settled()), errors.SettlementThroughOrdersError),
    "reversal of a hold": (lambda c: c.reverse(c.closed_hold()), errors.NotReversibleError),
    "reversal of nothing": (lambda c: c.reverse(new()), errors.NothingDueError),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_bad_command_between_good_ones_is_refused_alone(ledger: Ledger, name: str) -> None:
    case = Case(ledger)
    make, refusal = CASES[name]
    bad = make(case)
    before = _moved(ledger)
    first, last = move(earned(case.min), earned(new()), 7), move(earned(case.min), earned(new()), 3)

    results = ledger.post(first, bad, last)

    assert [type(one.refusal) for one in results] == [type(None), refusal, type(None)]
    assert _moved(ledger) == (before[0] + 10, before[1] + 2)
    assert _row(ledger, bad.request_id)[0] == OUTCOME_OF[refusal]
    again = ledger.post(bad)[0]
    assert (type(again.refusal), again.is_new, again.pos) == (refusal, False, results[1].pos)
    assert _moved(ledger) == (before[0] + 10, before[1] + 2)
    assert verify.run(ledger.database.url, verify.Terms(processes=1)).findings == []


def test_the_same_one_by_one(ledger: Ledger) -> None:
    for make, refusal in CASES.values():
        bad = make(Case(ledger))
        before = _moved(ledger)
        assert type(ledger.post(bad)[0].refusal) is refusal
        assert _moved(ledger) == before


def test_an_id_with_other_terms_is_refused_also_in_one_batch_and_leaves_the_first_alone(ledger: Ledger) -> None:
    case = Case(ledger)
    first = Transfer(new(), Terms(cause=new()), earned(case.lan), earned(case.min), 10, Reason.GIFT)
    others = [
        Transfer(first.request_id, first.terms, first.debit, first.credit, 11, Reason.GIFT),
        Transfer(first.request_id, first.terms, first.credit, first.debit, 10, Reason.GIFT),
        Transfer(first.request_id, first.terms, first.debit, first.credit, 10, Reason.DONATION),
    ]

    results = ledger.post(first, others[0], first, *others[1:])

    assert [type(one.refusal) for one in results] == [
        type(None), IdReusedError, type(None), IdReusedError, IdReusedError,
    ]  # fmt: skip
    assert ledger.balance(earned(case.lan)) == 90
    assert _row(ledger, first.request_id) == (0, 10)


def test_other_terms_under_one_id_are_refused_again_in_a_later_batch(ledger: Ledger) -> None:
    case = Case(ledger)
    first = Transfer(new(), Terms(cause=new()), earned(case.lan), earned(case.min), 10, Reason.GIFT)
    other = Transfer(first.request_id, first.terms, first.debit, first.credit, 11, Reason.GIFT)
    ledger.post(first)
    fresh = Ledger(ledger.database.url)

    refused = [ledger.post(other)[0], ledger.post(other, move(earned(case.min), earned(new()), 1))[0]]
    refused += [fresh.post(other)[0]]

    assert {type(one.refusal) for one in refused} == {IdReusedError}
    assert [one.is_new for one in refused] == [True, False, False]
    assert len({one.pos for one in refused}) == 1
    assert ledger.post(first)[0].refusal is None
    fresh.database.dispose()


def _moved(ledger: Ledger) -> tuple[int, int]:
    with ledger.database.reading() as connection:
        minutes, rows = connection.execute(sqlalchemy.text(SUPPLY)).one()
    return int(minutes), int(rows)


def _row(ledger: Ledger, request_id: Id) -> tuple[int, int]:
    with ledger.database.reading() as connection:
        (row,) = connection.execute(sqlalchemy.text(ROW), {"id": request_id.hex()}).all()
    return row[0], row[1]
