"""How ages and distances count."""

from __future__ import annotations

from datetime import date

from services.orders.core.rules.people import Place
from services.orders.tests.cases import HOME, person


def test_an_age_is_reached_on_the_birthday() -> None:
    born = person("p", born=date(1955, 3, 2))

    assert [born.age_on(date(2026, 3, day)) for day in (1, 2)] == [70, 71]


def test_who_is_born_on_a_leap_day_is_older_on_the_first_of_march() -> None:
    born = person("p", born=date(2008, 2, 29))

    assert [born.age_on(date(2026, *day)) for day in ((2, 28), (3, 1))] == [17, 18]


def test_distances_follow_the_great_circle() -> None:
    north = Place(31_240_000, 121_470_000)

    assert HOME.metres_to(HOME) == 0
    assert 1110 <= HOME.metres_to(north) <= 1115
