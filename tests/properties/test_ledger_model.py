"""Every operation of the ledger against a pure model, one by one and in batches: the same results and balances."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from services.ledger.audit import verify
from services.ledger.domain.holds import PlaceHold, ReleaseHold
from services.ledger.domain.postings import Command, Terms
from services.ledger.domain.reasons import Evidence, Reason
from services.ledger.domain.reverse import ReverseHours
from services.ledger.domain.settle import ServedHours, SettleHours
from services.ledger.domain.transfers import Gift, Transfer
from services.ledger.domain.wallets import Id, WalletClass, WalletKey, district_wallet, person_wallet
from services.ledger.queries.recoveries import due_of_person
from services.ledger.store.balances import balances_of
from services.ledger.tests.stories import PLAIN
from services.ledger.tests.support import Ledger, new
from tests.properties.ledger_model import Model
from tests.support.postgres import FreshDatabase

PEOPLE = ("lan", "mei", "min", "tao")
ORDERS = tuple(f"order {number}" for number in range(6))
POLICY = PLAIN
EXAMPLES, STEPS = 10, 20

people = st.sampled_from(PEOPLE)
orders = st.sampled_from(ORDERS)
minutes = st.integers(1, 200)


class Book:
    """One district of the real ledger, whose people and orders have ids of their own."""

    def __init__(self) -> None:
        self.district = new()
        self.ids: dict[str, Id] = {name: new() for name in (*PEOPLE, *ORDERS)}

    def wallet(self, who: str, name: str) -> WalletKey:
        """A wallet by the model's names."""
        wallet_class = WalletClass[name.upper()]
        if who == "district":
            return district_wallet(self.district, wallet_class)
        return person_wallet(self.district, self.ids[who], wallet_class)

    def terms(self, act: str | None = None) -> Terms:
        """Terms about an order."""
        return Terms(cause=new(), act_id=self.ids[act] if act else new())

    def served(self, volunteer: str, actual: int, at: int) -> ServedHours:
        """One volunteer's hours."""
        return ServedHours(self.ids[volunteer], self.district, actual, Evidence.VERIFIED, at, False)

    def settle(self, order: str, volunteer: str, actual: int, planned: int, at: int) -> SettleHours:
        """Approved hours."""
        hours = (self.served(volunteer, actual, at),)
        return SettleHours(new(), self.district, self.terms(order), new(), 1, "credit", planned, 100, hours, POLICY)


class LedgerMachine(RuleBasedStateMachine):
    """The same history in the model, in a book posted one by one, and in a book posted in batches."""

    ledger: Ledger

    @initialize()
    def begin(self) -> None:
        """Two fresh districts."""
        self.model, self.single, self.batched = Model(), Book(), Book()
        self.waiting: list[tuple[Command, str]] = []
        self.at = self.ledger.now_us

    def _post_both(self, expected: str, one: Command, other: Command) -> None:
        """Post to the first book at once, keep for the second."""
        posted = self.ledger.post(one)[0]
        assert (posted.refusal.code if posted.refusal else "ok") == expected
        assert self.ledger.post(one)[0].pos == posted.pos, "a repeat has the first result"
        self.waiting.append((other, expected))

    @rule(who=people, wallet=st.sampled_from(("earned", "received", "granted")), n=minutes)
    def issue(self, who: str, wallet: str, n: int) -> None:
        """New credit."""
        made = [
            Transfer(
                new(), book.terms(), book.wallet("district", "issuance"), book.wallet(who, wallet), n, Reason.MIGRATION
            )
            for book in (self.single, self.batched)
        ]
        self._post_both(self.model.issue(who, wallet, n), *made)

    @rule(giver=people, receiver=people, n=minutes)
    def gift(self, giver: str, receiver: str, n: int) -> None:
        """A gift."""
        made = [
            Gift(new(), book.district, book.terms(), book.ids[giver], book.wallet(receiver, "received"), n, POLICY)
            for book in (self.single, self.batched)
        ]
        self._post_both(self.model.gift(giver, receiver, n), *made)

    @rule(order=orders, payer=people, n=minutes)
    def hold(self, order: str, payer: str, n: int) -> None:
        """A hold."""
        made = [
            PlaceHold(new(), book.district, book.terms(order), n, book.ids[payer], book.district)
            for book in (self.single, self.batched)
        ]
        self._post_both(self.model.hold(order, payer, n), *made)

    @rule(order=orders)
    def release(self, order: str) -> None:
        """A release."""
        made = [
            ReleaseHold(new(), book.district, book.terms(order), book.district) for book in (self.single, self.batched)
        ]
        self._post_both(self.model.release(order), *made)

    @precondition(lambda self: self.model.held)
    @rule(drawn=st.data(), volunteer=people, actual=st.integers(0, 240), planned=st.integers(1, 240))
    def settle(self, drawn: st.DataObject, volunteer: str, actual: int, planned: int) -> None:
        """Approved hours of an order that is held."""
        order = drawn.draw(st.sampled_from(sorted(self.model.held)))
        made = [book.settle(order, volunteer, actual, planned, self.at) for book in (self.single, self.batched)]
        self._post_both(self.model.settle(order, volunteer, actual, planned), *made)

    @precondition(lambda self: any(one.paid for one in self.model.settled.values()))
    @rule(drawn=st.data(), recover=st.booleans())
    def reverse(self, drawn: st.DataObject, recover: bool) -> None:
        """A reversal of an order that paid something."""
        order = drawn.draw(st.sampled_from(sorted(key for key, settled in self.model.settled.items() if settled.paid)))
        made = [
            ReverseHours(new(), book.district, book.terms(order), 1, "credit", recover, new())
            for book in (self.single, self.batched)
        ]
        self._post_both(self.model.reverse(order, recover=recover), *made)

    @rule()
    def flush(self) -> None:
        """Post the batch: each command has the result that it has alone."""
        if self.waiting:
            results = self.ledger.post(*(command for command, _ in self.waiting))
            codes = [posted.refusal.code if posted.refusal else "ok" for posted in results]
            assert codes == [expected for _, expected in self.waiting]
            self.waiting.clear()

    @invariant()
    def the_balances_are_the_models(self) -> None:
        """Every wallet of the first book; of the second, once its batch is posted."""
        books = (self.single,) if self.waiting else (self.single, self.batched)
        expected = {book.wallet(*key): balance for book in books for key, balance in self.model.balance.items()}
        with self.ledger.database.reading() as connection:
            assert balances_of(connection, expected) == expected

    def teardown(self) -> None:
        """What is still to be kept back, and everything the journal promises."""
        self.flush()
        self.the_balances_are_the_models()
        with self.ledger.database.reading() as connection:
            for who in PEOPLE:
                for book in (self.single, self.batched):
                    due = due_of_person(connection, UUID(bytes=book.ids[who]))
                    assert due == self.model.owed[who]


@pytest.fixture
def ledger(fresh_database: FreshDatabase) -> Iterator[Ledger]:
    """A ledger for all histories; each has districts of its own."""
    ledger = Ledger(fresh_database("ledger").app)
    yield ledger
    ledger.database.dispose()


def test_every_history_gives_what_the_model_gives(ledger: Ledger) -> None:
    LedgerMachine.ledger = ledger

    run_state_machine_as_test(
        LedgerMachine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

    assert verify.run(ledger.database.url, verify.Terms(processes=1)).findings == []
