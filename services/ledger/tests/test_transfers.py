"""Gifts, donations, goods, grants, estates, moves, and the reversal of what people gave; on a real journal."""

from __future__ import annotations

from typing import Any

import pytest

from libs.programme.refusals import (
    AlreadyReversedError,
    CreditNotGiftableError,
    CrossDistrictDisabledError,
    GiftCapExceededError,
    GiftDisabledError,
    GoodsNotAllowedError,
    InsufficientCreditsError,
    PoolInsufficientError,
    WalletFrozenError,
)
from services.ledger.domain.errors import (
    HoldExistsError,
    NothingDueError,
    NotReversibleError,
    SettlementThroughOrdersError,
)
from services.ledger.domain.grants import GrantMonth, ReturnGrants
from services.ledger.domain.persons import EmptyWallets, FreezeWallets, MoveDistrict
from services.ledger.domain.postings import Terms
from services.ledger.domain.reasons import Reason
from services.ledger.domain.reverse import ReverseAct
from services.ledger.domain.transfers import Donation, Gift, Goods
from services.ledger.domain.wallets import Id, WalletClass as W
from services.ledger.store.journal import Posted
from services.ledger.tests.stories import (
    approval,
    balances,
    give,
    hold,
    of_district,
    of_person,
    release,
    rules,
    served,
)
from services.ledger.tests.support import EAST, WEST, Ledger, issue, new

DAY_US = 86_400_000_000


def gift(ledger: Ledger, giver: Id, receiver: Id, minutes: int, *, to_district: Id = EAST, **policy: Any) -> Posted:
    """Give; the receiver's wallet is `received`."""
    act = new()
    to = of_person(receiver, W.RECEIVED, to_district)
    return ledger.post(Gift(new(), EAST, Terms(cause=new(), act_id=act), giver, to, minutes, rules(**policy)))[0]


def donate(ledger: Ledger, giver: Id, minutes: int, act: Id | None = None) -> Posted:
    """Donate to the pool."""
    return ledger.post(Donation(new(), EAST, Terms(cause=new(), act_id=act or new()), giver, minutes))[0]


def undo(ledger: Ledger, act: Id) -> Posted:
    """Reverse a gift, donation …"""
    return ledger.post(ReverseAct(new(), EAST, Terms(cause=new(), act_id=act), (EAST,)))[0]


def test_a_gift_goes_to_the_received_wallet(ledger: Ledger) -> None:
    min_, mum = new(), new()
    give(ledger, min_, earned=1000)

    gift(ledger, min_, mum, 400)

    assert balances(ledger, min_)[2] == 600
    assert balances(ledger, mum) == (0, 400, 0, 0)


def test_a_gift_across_districts_goes_through_clearing(ledger: Ledger) -> None:
    min_, mum = new(), new()
    give(ledger, min_, earned=100)

    gift(ledger, min_, mum, 60, to_district=WEST)

    assert balances(ledger, mum, WEST)[1] == 60
    assert ledger.balance(of_district(W.CLEARING, WEST)) == -60


def test_the_monthly_cap_counts_the_months_gifts_up_to_the_exact_minute(ledger: Ledger) -> None:
    min_, mum = new(), new()
    give(ledger, min_, earned=2000)
    gift(ledger, min_, mum, 400)

    over = gift(ledger, min_, mum, 201)
    exact = gift(ledger, min_, mum, 200)
    ledger.now_us += 31 * DAY_US
    next_month = gift(ledger, min_, mum, 600)

    assert isinstance(over.refusal, GiftCapExceededError)
    assert exact.refusal is None
    assert next_month.refusal is None


@pytest.mark.parametrize(
    ("starts", "minutes", "policy", "refusal"),
    [
        ({"earned": 100}, 10, {"transfer": {"gift_enabled": False}}, GiftDisabledError),
        ({"earned": 10, "received": 100}, 50, {}, CreditNotGiftableError),
        ({"granted": 100}, 50, {}, CreditNotGiftableError),
        ({"earned": 10, "received": 10}, 50, {}, InsufficientCreditsError),
    ],
)
def test_a_gift_is_refused_by_name(
    ledger: Ledger, starts: dict[str, Any], minutes: int, policy: dict[str, Any], refusal: type[Exception]
) -> None:
    min_ = new()
    give(ledger, min_, **starts)

    posted = gift(ledger, min_, new(), minutes, **policy)

    assert isinstance(posted.refusal, refusal)


def test_a_gift_to_another_district_is_refused_where_credit_does_not_cross(ledger: Ledger) -> None:
    min_ = new()
    give(ledger, min_, earned=100)

    posted = gift(ledger, min_, new(), 10, to_district=WEST, cross_district={"enabled": False})

    assert isinstance(posted.refusal, CrossDistrictDisabledError)


def test_a_donation_is_undone_while_the_pool_has_it_and_once(ledger: Ledger) -> None:
    min_, act = new(), new()
    give(ledger, min_, earned=300)
    donate(ledger, min_, 180, act)

    first, second = undo(ledger, act), undo(ledger, act)

    assert first.refusal is None
    assert isinstance(second.refusal, AlreadyReversedError)
    assert balances(ledger, min_)[2] == 300


def test_a_donation_that_the_pool_has_spent_is_not_undone(ledger: Ledger) -> None:
    min_, act = new(), new()
    give(ledger, min_, earned=300)
    donate(ledger, min_, 180, act)
    hold(ledger, new(), None, 10)

    assert isinstance(undo(ledger, act).refusal, InsufficientCreditsError)
    assert balances(ledger, min_)[2] == 120


def test_settlements_holds_and_what_never_was_are_not_undone_here(ledger: Ledger) -> None:
    lan, settled, held = new(), new(), new()
    give(ledger, lan, earned=300)
    ledger.post(approval(settled, served(new(), 60, ledger), planned=60, funding="programme"))
    hold(ledger, held, lan, 60)

    assert isinstance(undo(ledger, settled).refusal, SettlementThroughOrdersError)
    assert isinstance(undo(ledger, held).refusal, NotReversibleError)
    assert isinstance(undo(ledger, new()).refusal, NothingDueError)


@pytest.mark.parametrize(("allowed", "taken"), [(True, 50), (False, 0)])
def test_goods_take_credit_out_of_circulation_where_the_policy_allows(
    ledger: Ledger, allowed: bool, taken: int
) -> None:
    lan = new()
    give(ledger, lan, granted=30, earned=100)
    policy = rules(redeem={"goods_allowed": allowed})

    posted = ledger.post(Goods(new(), EAST, Terms(cause=new(), act_id=new()), lan, 50, policy))[0]

    assert isinstance(posted.refusal, GoodsNotAllowedError) is not allowed
    assert ledger.balance(of_district(W.REDEEMED)) == taken


def test_one_order_has_one_hold(ledger: Ledger) -> None:
    lan, order = new(), new()
    give(ledger, lan, earned=100)
    hold(ledger, order, lan, 30)

    assert isinstance(hold(ledger, order, lan, 30).refusal, HoldExistsError)


def test_a_hold_of_more_than_is_there_is_refused_and_stays_refused(ledger: Ledger) -> None:
    lan = new()
    give(ledger, lan, earned=20, received=20)

    assert isinstance(hold(ledger, new(), lan, 41).refusal, InsufficientCreditsError)
    assert isinstance(hold(ledger, new(), None, 1).refusal, PoolInsufficientError)
    assert balances(ledger, lan) == (0, 20, 20, 0)


def grant(ledger: Ledger, *people: Id, minutes: int = 120) -> Posted:
    """Run the month's grants."""
    lines = tuple((person, minutes) for person in people)
    return ledger.post(GrantMonth(new(), EAST, Terms(cause=new(), act_id=new()), lines))[0]


def test_grants_go_to_all_who_had_none_this_month_or_to_nobody(ledger: Ledger) -> None:
    one, two = new(), new()
    ledger.post(issue(of_district(W.POOL), 300))

    grant(ledger, one)
    grant(ledger, one, two)
    refused = grant(ledger, new(), new())

    assert balances(ledger, one)[0] == balances(ledger, two)[0] == 120
    assert isinstance(refused.refusal, PoolInsufficientError)
    assert ledger.balance(of_district(W.POOL)) == 60


def test_at_the_months_end_what_is_available_returns_and_what_is_held_stays(ledger: Ledger) -> None:
    one = new()
    ledger.post(issue(of_district(W.POOL), 300))
    grant(ledger, one)
    hold(ledger, new(), one, 50)
    month = ledger.now_us + 30 * DAY_US
    ledger.now_us = month
    grant(ledger, one, minutes=10)

    ledger.post(ReturnGrants(new(), EAST, Terms(cause=new(), act_id=new()), (one,), month - 1))

    assert balances(ledger, one) == (10, 0, 0, 50)


def test_a_frozen_wallet_spends_nothing_and_still_receives(ledger: Ledger) -> None:
    lan, gu, order = new(), new(), new()
    give(ledger, lan, earned=300, received=60, granted=30)
    give(ledger, gu, earned=100)
    hold(ledger, order, lan, 120)

    ledger.post(FreezeWallets(new(), EAST, Terms(cause=new(), act_id=lan), lan))
    release(ledger, order)

    assert balances(ledger, lan) == (0, 60, 300, 0)
    assert ledger.balance(of_district(W.POOL)) == 30
    assert isinstance(hold(ledger, new(), lan, 10).refusal, WalletFrozenError)
    assert isinstance(gift(ledger, lan, gu, 10).refusal, WalletFrozenError)
    assert isinstance(donate(ledger, lan, 10).refusal, WalletFrozenError)
    assert gift(ledger, gu, lan, 10).refusal is None


def test_an_estate_goes_whole_to_the_heirs_received_wallet(ledger: Ledger) -> None:
    lan, gu = new(), new()
    give(ledger, lan, earned=300, received=60)
    ledger.post(FreezeWallets(new(), EAST, Terms(cause=new(), act_id=lan), lan))

    heir = of_person(gu, W.RECEIVED, WEST)
    ledger.post(EmptyWallets(new(), EAST, Terms(cause=new(), act_id=new()), lan, heir, Reason.ESTATE_SETTLED))

    assert balances(ledger, lan) == (0, 0, 0, 0)
    assert balances(ledger, gu, WEST)[1] == 360


def test_a_move_takes_what_is_available_along_class_by_class(ledger: Ledger) -> None:
    lan = new()
    give(ledger, lan, granted=10, received=20, earned=30)
    hold(ledger, new(), lan, 5)

    ledger.post(MoveDistrict(new(), EAST, Terms(cause=new(), act_id=lan), lan, WEST))

    assert balances(ledger, lan) == (0, 0, 0, 5)
    assert balances(ledger, lan, WEST) == (5, 20, 30, 0)
    assert ledger.balance(of_district(W.CLEARING)) == 55
