"""What a death takes is given back when it was a mistake: once, no more than was taken, and never out of nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from libs.contracts.events import accounts, redemption
from libs.ids import new_id
from services.ledger.domain.wallets import WalletClass as W
from services.ledger.due import next_due, run_due
from services.ledger.messages import own
from services.ledger.tests.stories import balances, give, hold, of_district, release
from services.ledger.tests.support import Ledger, issue, new
from services.ledger.tests.test_hearing import DISTRICT, Hearing, hearing as hearing, person, text


def _die(hearing: Hearing, lan: bytes) -> None:
    died = accounts.PersonDied(
        person_id=text(lan),
        district_id=DISTRICT,
        died_on="2026-03-01",
        death_id=str(new_id()),
        confirmed_by=text(new()),
    )
    hearing.hear(died)


def _is_mistake(hearing: Hearing, lan: bytes) -> str:
    death_mistake_found = accounts.DeathMistakeFound(
        mistake_id=str(new_id()),
        person_id=text(lan),
        district_id=DISTRICT,
        proposed_by=text(new()),
        decided_by=text(new()),
    )
    hearing.hear(death_mistake_found)
    return death_mistake_found.mistake_id


def _settle(hearing: Hearing, lan: bytes) -> None:
    message = redemption.EstateSettlementRequested(
        estate_id=str(new_id()),
        person_id=text(lan),
        district_id=DISTRICT,
        proposed_by=text(new()),
        decided_by=text(new()),
    )
    hearing.hear(message)


def _sum(ledger: Ledger) -> int:
    moved = "SELECT coalesce(sum(CASE WHEN outcome = 0 THEN minutes END), 0) FROM journal.entry"
    with ledger.database.reading() as connection:
        credit = connection.scalar(sa.text(moved + " WHERE credit IS NOT NULL"))
        debit = connection.scalar(sa.text(moved + " WHERE debit IS NOT NULL"))
    return int(credit) - int(debit)


@pytest.fixture
def lan(hearing: Hearing) -> bytes:
    """Somebody with earned and granted credit, beside a pool of 300."""
    lan = new()
    hearing.hear(person(lan))
    hearing.ledger.post(issue(of_district(W.POOL), 300))
    give(hearing.ledger, lan, earned=100, granted=60)
    return lan


def test_a_mistaken_death_gives_back_the_grant_and_the_use_of_the_wallets(hearing: Hearing, lan: bytes) -> None:
    _die(hearing, lan)
    assert (balances(hearing.ledger, lan), hearing.ledger.balance(of_district(W.POOL))) == ((0, 0, 100, 0), 360)
    assert hold(hearing.ledger, new(), lan, 30).refusal is not None

    mistake = _is_mistake(hearing, lan)

    assert (balances(hearing.ledger, lan), hearing.ledger.balance(of_district(W.POOL))) == ((60, 0, 100, 0), 300)
    told = hearing.last(own.WalletsUnfrozen)
    assert (told.person_id, told.cause_id, told.returned_minutes) == (text(lan), mistake, 60)
    assert hold(hearing.ledger, new(), lan, 90).refusal is None
    with hearing.ledger.database.reading() as connection:
        due = next_due(connection, hearing.clock.at)
    assert due is not None
    with hearing.ledger.database.transaction() as connection:
        run_due(connection, hearing.clock.at + timedelta(days=31))
    assert balances(hearing.ledger, lan)[2] == 70
    assert _sum(hearing.ledger) == 0


def test_a_hold_released_by_the_death_is_given_back_only_if_it_was_of_this_month(hearing: Hearing, lan: bytes) -> None:
    old, young = new(), new()
    hold(hearing.ledger, old, lan, 20)
    hearing.clock.at += timedelta(days=31)
    hearing.ledger.now_us += 31 * 86_400_000_000
    hold(hearing.ledger, young, lan, 30)
    _die(hearing, lan)
    release(hearing.ledger, old)
    release(hearing.ledger, young)
    assert balances(hearing.ledger, lan) == (0, 0, 100, 0)

    _is_mistake(hearing, lan)

    assert hearing.last(own.WalletsUnfrozen).returned_minutes == 40
    assert balances(hearing.ledger, lan) == (40, 0, 100, 0)


def test_a_grant_of_a_month_that_is_over_stays_in_the_pool(hearing: Hearing, lan: bytes) -> None:
    _die(hearing, lan)
    hearing.clock.at += timedelta(days=31)

    _is_mistake(hearing, lan)

    assert balances(hearing.ledger, lan) == (0, 0, 100, 0)
    assert hearing.last(own.WalletsUnfrozen).returned_minutes == 0


def test_what_the_pool_has_spent_since_is_made_good(hearing: Hearing, lan: bytes) -> None:
    _die(hearing, lan)
    hold(hearing.ledger, new(), None, 350)

    _is_mistake(hearing, lan)

    assert balances(hearing.ledger, lan) == (60, 0, 100, 0)
    assert hearing.ledger.balance(of_district(W.POOL)) == 0
    assert _sum(hearing.ledger) == 0


def test_an_estate_that_is_settled_is_not_given_back(hearing: Hearing, lan: bytes) -> None:
    _die(hearing, lan)
    _settle(hearing, lan)

    mistake = _is_mistake(hearing, lan)

    refused = hearing.last(own.TransferRefused)
    assert (refused.code, refused.cause_id, refused.person_id) == ("estate_settled", mistake, text(lan))
    assert balances(hearing.ledger, lan) == (0, 0, 0, 0)


def test_an_estate_of_nothing_is_settled_too(hearing: Hearing) -> None:
    lan = new()
    hearing.hear(person(lan))
    _die(hearing, lan)
    _settle(hearing, lan)
    assert hearing.last(own.TransferPosted).debit_person_id == text(lan)

    _is_mistake(hearing, lan)

    assert hearing.last(own.TransferRefused).code == "estate_settled"


def test_the_living_have_no_estate_and_nothing_to_be_given_back(hearing: Hearing, lan: bytes) -> None:
    _is_mistake(hearing, lan)
    assert hearing.last(own.TransferRefused).code == "wallets_not_frozen"

    _settle(hearing, lan)

    assert hearing.last(own.TransferRefused).code == "wallets_not_frozen"
    assert balances(hearing.ledger, lan) == (60, 0, 100, 0)


def test_who_was_found_alive_dies_once_more(hearing: Hearing, lan: bytes) -> None:
    _die(hearing, lan)
    _is_mistake(hearing, lan)

    _die(hearing, lan)

    assert balances(hearing.ledger, lan) == (0, 0, 100, 0)
    assert hold(hearing.ledger, new(), lan, 30).refusal is not None
    _is_mistake(hearing, lan)
    assert balances(hearing.ledger, lan) == (60, 0, 100, 0)
