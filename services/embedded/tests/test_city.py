"""The demo city: the same for the same seed, and never against the rules it will be held to."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import date, timedelta
from uuid import UUID

import pytest

from services.embedded.city.plan import City, make_city
from services.embedded.city.year import SLOTS, Round, make_year

CITY_ID = UUID("00000000-0000-5000-8000-000000000001")
TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def city() -> City:
    """Give the city of seed 7."""
    return make_city(seed=7, today=TODAY, city_id=CITY_ID)


@pytest.fixture(scope="module")
def year(city: City) -> list[Round]:
    """Give its year of 300 orders."""
    return make_year(city, seed=7, orders=300)


def test_the_city_has_the_units_and_people_that_were_promised(city: City) -> None:
    levels = Counter(unit.level for unit in city.units)

    assert levels == {"district": 2, "street": 6, "community": 24}
    assert len(city.residents) == 300
    assert len({resident.person_id for resident in city.residents}) == 300
    assert len({unit.preset for unit in city.units if unit.level == "district"}) == 2


def test_the_same_seed_and_day_give_the_same_city_and_year(city: City, year: list[Round]) -> None:
    again = make_city(seed=7, today=TODAY, city_id=CITY_ID)

    assert again == city
    assert make_year(again, seed=7, orders=300) == year


def test_another_seed_gives_other_people(city: City) -> None:
    other = make_city(seed=8, today=TODAY, city_id=CITY_ID)

    assert {resident.person_id for resident in other.residents}.isdisjoint(
        resident.person_id for resident in city.residents
    )


def test_every_community_has_its_coordinator_and_every_street_its_checker(city: City) -> None:
    posts = {"community": "coordinator", "street": "checker", "district": "operator"}

    missing = [unit for unit in city.units if not city.staff_at(posts[unit.level], unit)]

    assert missing == []


def test_as_many_orders_end_settled_as_were_asked_for(year: list[Round]) -> None:
    helps = [one for a_round in year for one in a_round.helps]

    assert sum(not one.is_cancelled for one in helps) == 300
    assert len({one.order_id for one in helps}) == len(helps)
    assert {one.funding for one in helps} == {"programme", "credit", "pool"}


def test_the_year_lies_between_the_first_day_and_today(city: City, year: list[Round]) -> None:
    days = [day for a_round in year for day in a_round.days]

    assert days == sorted(set(days))
    assert [one for a_round in year for day in a_round.days for one in a_round.helps_on(day)] == [
        one for a_round in year for one in a_round.helps if not one.is_cancelled
    ]
    assert days[0] > city.first_day + timedelta(days=60)
    assert TODAY - timedelta(days=10) < days[-1] < TODAY


def test_nobody_is_in_two_places_at_once(year: list[Round]) -> None:
    places = [
        (person.person_id, one.start)
        for a_round in year
        for one in a_round.helps
        for person in (one.recipient, one.volunteer)
    ]

    assert len(places) == len(set(places))
    assert all(one.served_minutes < 150 for a_round in year for one in a_round.helps)
    assert all(later.hour * 60 + later.minute - earlier.hour * 60 - earlier.minute >= 150
               for earlier, later in itertools.pairwise(SLOTS))  # fmt: skip


def test_nobody_helps_a_relative(city: City, year: list[Round]) -> None:
    kin = {frozenset((tie.person.person_id, tie.relative.person_id)) for tie in city.kinships}
    pairs = {frozenset((one.recipient.person_id, one.volunteer.person_id)) for a_round in year for one in a_round.helps}

    assert not kin & pairs


def test_no_elder_spends_more_than_the_paper_book_had_nor_more_a_week_than_allowed(year: list[Round]) -> None:
    spent: Counter[UUID] = Counter()
    weeks: Counter[tuple[UUID, date]] = Counter()
    purses = {}
    for a_round in year:
        for one in a_round.helps:
            if one.funding == "credit":
                spent[one.recipient.person_id] += one.planned_minutes
                day = one.start.date()
                weeks[one.recipient.person_id, day - timedelta(days=day.weekday())] += one.planned_minutes
                purses[one.recipient.person_id] = one.recipient.paper_book_minutes

    assert all(minutes <= purses[elder] for elder, minutes in spent.items())
    assert max(weeks.values()) <= 240


def test_a_large_city_keeps_its_promise_too(city: City) -> None:
    year = make_year(city, seed=7, orders=20_000)

    assert sum(not one.is_cancelled for a_round in year for one in a_round.helps) == 20_000
