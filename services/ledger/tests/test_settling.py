"""What approved hours become: the rules under "Settling" of the scenarios, on a real journal."""

from __future__ import annotations

from uuid import UUID

import pytest
import sqlalchemy as sa

from libs.programme.refusals import AlreadyReversedError
from services.ledger.domain.errors import CaptureAboveHoldError, HoldClosedError
from services.ledger.domain.postings import HoldNotYetKnownError
from services.ledger.domain.reasons import Evidence, Reason
from services.ledger.domain.wallets import WalletClass as W
from services.ledger.queries.recoveries import due_of_person
from services.ledger.tests.stories import (
    approval,
    balances,
    capped,
    give,
    hold,
    of_district,
    of_person,
    release,
    reverse,
    rules,
    served,
    settled_answer,
)
from services.ledger.tests.support import DAY_ONE_US, EAST, WEST, Ledger, issue, new


def due(ledger: Ledger, person: bytes) -> int:
    """What is still to be kept back."""
    with ledger.database.reading() as connection:
        return due_of_person(connection, UUID(bytes=person))


def test_115_minutes_of_a_hold_of_120_pay_90_and_release_30(ledger: Ledger) -> None:
    lan, min_, order = new(), new(), new()
    give(ledger, lan, earned=300)
    hold(ledger, order, lan, 120)

    ledger.post(approval(order, served(min_, 115, ledger), planned=120))

    assert balances(ledger, lan) == (0, 0, 210, 0)
    assert balances(ledger, min_) == (0, 0, 90, 0)
    answer = settled_answer(ledger)
    assert (answer.paid_minutes, answer.released_minutes) == (90, 30)
    assert answer.awards[0].awarded_minutes == 90


def test_a_hold_is_spent_granted_then_received_then_earned(ledger: Ledger) -> None:
    lan, min_, order = new(), new(), new()
    give(ledger, lan, granted=30, received=60, earned=200)
    hold(ledger, order, lan, 120)
    assert balances(ledger, lan) == (0, 0, 170, 120)

    ledger.post(approval(order, served(min_, 80, ledger), planned=120))

    assert balances(ledger, lan) == (0, 30, 200, 0)
    assert balances(ledger, min_) == (0, 0, 60, 0)


def test_twenty_nine_minutes_earn_nothing_and_cost_nothing(ledger: Ledger) -> None:
    lan, min_, order = new(), new(), new()
    give(ledger, lan, earned=60)
    hold(ledger, order, lan, 60)

    ledger.post(approval(order, served(min_, 29, ledger), planned=60))

    assert balances(ledger, lan) == (0, 0, 60, 0)
    assert settled_answer(ledger).paid_minutes == 0


def test_hours_that_settle_to_nothing_leave_a_row_that_says_so(ledger: Ledger) -> None:
    lan, min_, order = new(), new(), new()
    give(ledger, lan, earned=60)
    hold(ledger, order, lan, 60)

    ledger.post(approval(order, served(min_, 1, ledger), planned=60))

    with ledger.database.reading() as connection:
        rows = connection.execute(
            sa.text("SELECT reason FROM journal.entry WHERE act_id = :act"), {"act": UUID(bytes=order)}
        )
        reasons = [row.reason for row in rows]
    assert reasons.count(Reason.NOTHING_DUE) == 1
    assert settled_answer(ledger).released_minutes == 60


def test_a_programme_order_under_which_nothing_is_due_is_answered_all_the_same(ledger: Ledger) -> None:
    order = new()

    ledger.post(approval(order, served(new(), 10, ledger), planned=60, funding="programme"))

    assert settled_answer(ledger).order_id == order


@pytest.mark.parametrize(
    ("evidence", "offline", "paid"),
    [(Evidence.ATTESTED, "none", 0), (Evidence.ATTESTED, "attested", 60), (Evidence.VERIFIED, "none", 60)],
)
def test_attested_hours_are_paid_where_the_policy_says_so(
    ledger: Ledger, evidence: Evidence, offline: str, paid: int
) -> None:
    min_ = new()
    policy = capped(offline_class=offline)

    hours = served(min_, 60, ledger, evidence=evidence)
    ledger.post(approval(new(), hours, planned=60, funding="programme", policy=policy))

    assert balances(ledger, min_)[2] == paid


def test_a_coefficient_multiplies_the_price_rounded_down(ledger: Ledger) -> None:
    min_ = new()
    policy = rules(earn={}, time={"rounding_step_minutes": 1})

    ledger.post(approval(new(), served(min_, 35, ledger), planned=60, funding="programme", coefficient_percent=150,
                         policy=policy))  # fmt: skip

    assert balances(ledger, min_)[2] == 52


def test_what_the_days_cap_keeps_back_goes_to_the_pool_where_the_policy_says_so(ledger: Ledger) -> None:
    lan, min_, order = new(), new(), new()
    give(ledger, lan, earned=120)
    hold(ledger, order, lan, 120)
    policy = capped(daily_cap_minutes=60, over_daily_cap_action="public_pool")

    ledger.post(approval(order, served(min_, 105, ledger), planned=120, policy=policy))

    assert balances(ledger, lan) == (0, 0, 30, 0)
    assert balances(ledger, min_)[2] == 60
    assert ledger.balance(of_district(W.POOL)) == 30


def test_order_day_and_balance_caps_apply_in_turn(ledger: Ledger) -> None:
    lan, gu, order = new(), new(), new()
    give(ledger, lan, earned=240)
    give(ledger, gu, earned=35_910)
    hold(ledger, order, lan, 150)
    policy = capped(balance_cap_minutes=36_000)

    ledger.post(approval(order, served(gu, 151, ledger), planned=150, policy=policy))

    assert balances(ledger, gu)[2] == 36_000
    assert balances(ledger, lan) == (0, 0, 90, 0)
    assert ledger.balance(of_district(W.REDEEMED)) == 30
    assert ledger.balance(of_district(W.POOL)) == 30


def test_the_days_cap_counts_what_was_awarded_before_in_the_same_batch_and_in_earlier_ones(ledger: Ledger) -> None:
    min_ = new()
    orders = [approval(new(), served(min_, 60, ledger), planned=60, funding="programme") for _ in range(3)]

    ledger.post(orders[0])
    ledger.post(*orders[1:])
    tomorrow = served(min_, 60, ledger, checked_in_at=DAY_ONE_US + 86_400_000_000)
    ledger.post(approval(new(), tomorrow, planned=60, funding="programme"))

    assert balances(ledger, min_)[2] == 180


def test_what_a_cap_keeps_of_programme_hours_is_not_issued(ledger: Ledger) -> None:
    min_ = new()

    ledger.post(approval(new(), served(min_, 150, ledger), planned=150, funding="programme"))

    assert ledger.balance(of_district(W.ISSUANCE)) == -120
    assert settled_answer(ledger).issued_minutes == 120


def test_group_hours_go_to_the_pool_without_caps(ledger: Ledger) -> None:
    lan, min_, order = new(), new(), new()
    give(ledger, lan, earned=180)
    hold(ledger, order, lan, 180)

    ledger.post(approval(order, served(min_, 180, ledger, is_group=True), planned=180))

    assert balances(ledger, min_)[2] == 0
    assert ledger.balance(of_district(W.POOL)) == 180


def test_pool_funded_hours_leave_what_is_not_awarded_in_the_pool(ledger: Ledger) -> None:
    min_, order = new(), new()
    ledger.post(issue(of_district(W.POOL), 200))
    hold(ledger, order, None, 150)

    ledger.post(approval(order, served(min_, 150, ledger), planned=150, funding="pool"))

    assert balances(ledger, min_)[2] == 120
    assert ledger.balance(of_district(W.POOL)) == 80
    assert ledger.balance(of_district(W.POOL).twin()) == 0


def test_across_districts_credit_goes_through_both_clearing_wallets(ledger: Ledger) -> None:
    lan, shi, order = new(), new(), new()
    give(ledger, lan, earned=120)
    hold(ledger, order, lan, 90)

    ledger.post(approval(order, served(shi, 95, ledger, volunteer_district_id=WEST), planned=90))

    assert balances(ledger, lan) == (0, 0, 30, 0)
    assert balances(ledger, shi, WEST)[2] == 90
    assert ledger.balance(of_district(W.CLEARING)) == 90
    assert ledger.balance(of_district(W.CLEARING, WEST)) == -90


def test_two_volunteers_are_paid_from_one_hold(ledger: Ledger) -> None:
    lan, one, two, order = new(), new(), new(), new()
    give(ledger, lan, granted=50, earned=100)
    hold(ledger, order, lan, 120)

    ledger.post(approval(order, served(one, 60, ledger), served(two, 40, ledger), planned=60))

    assert balances(ledger, one)[2] == 60
    assert balances(ledger, two)[2] == 30
    assert balances(ledger, lan) == (0, 0, 60, 0)


def test_a_settlement_waits_for_a_hold_that_was_not_heard_of(ledger: Ledger) -> None:
    with pytest.raises(HoldNotYetKnownError):
        ledger.post(approval(new(), served(new(), 60, ledger), planned=60))


def test_a_capture_above_the_hold_is_refused(ledger: Ledger) -> None:
    lan, order = new(), new()
    give(ledger, lan, earned=60)
    hold(ledger, order, lan, 30)

    posted = ledger.post(approval(order, served(new(), 60, ledger), planned=60))[0]

    assert isinstance(posted.refusal, CaptureAboveHoldError)
    assert balances(ledger, lan) == (0, 0, 30, 30)


def test_a_hold_is_released_once(ledger: Ledger) -> None:
    lan, order = new(), new()
    give(ledger, lan, granted=20, earned=60)
    hold(ledger, order, lan, 70)

    first, second = release(ledger, order), release(ledger, order)

    assert first.refusal is None
    assert isinstance(second.refusal, HoldClosedError)
    assert balances(ledger, lan) == (20, 0, 60, 0)


def test_a_reversal_makes_the_payer_whole_in_the_same_classes_once(ledger: Ledger) -> None:
    lan, min_, order = new(), new(), new()
    give(ledger, lan, received=30, earned=120)
    hold(ledger, order, lan, 60)
    ledger.post(approval(order, served(min_, 62, ledger), planned=60))

    first, second = reverse(ledger, order), reverse(ledger, order)

    assert first.refusal is None
    assert isinstance(second.refusal, AlreadyReversedError)
    assert balances(ledger, lan) == (0, 30, 120, 0)
    assert balances(ledger, min_)[2] == 0


def test_a_reversal_frees_the_days_cap(ledger: Ledger) -> None:
    min_, order = new(), new()
    ledger.post(approval(order, served(min_, 120, ledger), planned=120, funding="programme"))
    reverse(ledger, order)

    ledger.post(approval(new(), served(min_, 120, ledger), planned=120, funding="programme"))

    assert balances(ledger, min_)[2] == 120


def spend(ledger: Ledger, person: bytes, minutes: int) -> None:
    """Let somebody spend earned credit on help."""
    order = new()
    hold(ledger, order, person, minutes)
    policy = capped(daily_cap_minutes=None)
    ledger.post(approval(order, served(new(), minutes, ledger), planned=minutes, policy=policy))


def test_issuance_makes_good_what_a_reversal_no_longer_finds(ledger: Ledger) -> None:
    lan, ying, order = new(), new(), new()
    give(ledger, lan, earned=120)
    hold(ledger, order, lan, 120)
    ledger.post(approval(order, served(ying, 121, ledger), planned=120))
    spend(ledger, ying, 90)

    reverse(ledger, order)

    assert balances(ledger, lan)[2] == 120
    assert balances(ledger, ying)[2] == 0
    assert ledger.balance(of_district(W.ISSUANCE)) == -210
    assert due(ledger, ying) == 0


def test_false_hours_are_kept_back_from_later_awards_until_covered(ledger: Ledger) -> None:
    lan, mei, tao, order = new(), new(), new(), new()
    give(ledger, lan, earned=120)
    give(ledger, mei, earned=240)
    hold(ledger, order, lan, 120)
    ledger.post(approval(order, served(tao, 123, ledger), planned=120))
    spend(ledger, tao, 90)
    reverse(ledger, order, recover=True)
    assert due(ledger, tao) == 90
    ledger.now_us += 86_400_000_000

    for minutes, left, earned in ((60, 30, 0), (90, 0, 60)):
        ledger.now_us += 86_400_000_000
        later = new()
        hold(ledger, later, mei, minutes)
        ledger.post(approval(later, served(tao, minutes, ledger), planned=minutes))
        assert due(ledger, tao) == left
        assert balances(ledger, tao)[2] == earned

    assert ledger.balance(of_district(W.ISSUANCE)) == -360


def test_recovery_from_programme_hours_is_noted_and_not_issued(ledger: Ledger) -> None:
    tao, order = new(), new()
    ledger.post(approval(order, served(tao, 120, ledger), planned=120, funding="programme"))
    spend(ledger, tao, 120)
    reverse(ledger, order, recover=True)
    assert due(ledger, tao) == 120
    issued = ledger.balance(of_district(W.ISSUANCE))
    ledger.now_us += 86_400_000_000

    ledger.post(approval(new(), served(tao, 90, ledger), planned=90, funding="programme"))

    assert due(ledger, tao) == 30
    assert ledger.balance(of_district(W.ISSUANCE)) == issued
    assert balances(ledger, tao)[2] == 0


def test_hours_settled_anew_are_paid_from_the_payers_wallets(ledger: Ledger) -> None:
    lan, min_, order = new(), new(), new()
    give(ledger, lan, earned=120)
    hold(ledger, order, lan, 120)
    ledger.post(approval(order, served(min_, 120, ledger), planned=120))
    reverse(ledger, order)

    ledger.post(approval(order, served(min_, 60, ledger), planned=120, settlement=2, payer=(EAST, lan)))
    reverse(ledger, order, settlement=2)
    ledger.post(approval(order, served(min_, 30, ledger), planned=120, settlement=3, payer=(EAST, lan)))

    assert balances(ledger, lan)[2] == 90
    assert balances(ledger, min_)[2] == 30


def test_a_grant_of_a_past_month_that_is_released_returns_to_its_pool(ledger: Ledger) -> None:
    lan, order = new(), new()
    give(ledger, lan, granted=50)
    hold(ledger, order, lan, 30)
    ledger.now_us += 31 * 86_400_000_000

    release(ledger, order)

    assert balances(ledger, lan) == (20, 0, 0, 0)
    assert ledger.balance(of_district(W.POOL)) == 30


def test_purchased_hours_move_no_credit(ledger: Ledger) -> None:
    min_ = new()

    ledger.post(approval(new(), served(min_, 120, ledger), planned=120, funding="purchased"))

    assert ledger.balance(of_person(min_, W.EARNED)) == 0
    assert settled_answer(ledger).funding == "purchased"
