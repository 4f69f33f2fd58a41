"""What is planted is found, mostly; what is honest is left alone, mostly; and the measure sees it when it is not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from libs.db import Database
from services.orders.tests.harness import OrdersHarness
from tests.fraud.behaviour import CAUGHT_BY, HONEST, visits
from tests.fraud.measure import NAMES, Report, measure
from tests.support.postgres import DatabaseFactory

SEED, DAYS = 7_001, 24
FLOORS = {
    "off_place": 60,
    "impossible_travel": 50,
    "overlap": 80,
    "round_minutes": 10,
    "frequent_pair": 15,
    "same_device": 70,
    "over_daily_limit": 80,
    "overrun": 80,
    "mutual_ring": 80,
    "unusual_hours": 70,
    "one_desk": 80,
    "round_hours": 25,
}
"""The least share of what was planted for it that each finds, in percent."""
HONEST_SUSPECTED_AT_MOST_PERCENT = 20


@pytest.fixture(scope="module")
def report(database_factory: DatabaseFactory) -> Iterator[Report]:
    name, urls = database_factory.create("orders")
    database = Database(urls.app)
    OrdersHarness(database)
    yield measure(database, visits(SEED, DAYS, ("south",)), seed=SEED)
    database.dispose()
    database_factory.drop(name)


@pytest.mark.parametrize("name", sorted(set(NAMES)))
def test_what_is_planted_is_found(report: Report, name: str) -> None:
    score = report.scores[name]

    assert score.planted >= 3
    assert score.recall_percent >= FLOORS[name], score


def test_honest_people_are_mostly_left_alone(report: Report) -> None:
    assert report.honest > 150
    assert report.suspected * 100 <= report.honest * HONEST_SUSPECTED_AT_MOST_PERCENT


def test_a_detector_that_finds_nothing_or_everything_is_seen() -> None:
    blind, blunt = Report(), Report()
    for visit in visits(SEED, 20):
        blind.count(visit, ())
        blunt.count(visit, NAMES)

    assert all(score.recall_percent == 0 for score in blind.scores.values())
    assert blunt.suspected == blunt.honest
    assert blunt.scores["off_place"].recall_percent == 100
    assert blunt.scores["off_place"].precision_percent < 80


def test_a_seed_always_makes_the_same() -> None:
    first, again, other = visits(1, 6), visits(1, 6), visits(2, 6)

    assert first == again
    assert first != other
    assert {visit.kind for visit in visits(1, 30)} == {HONEST, *CAUGHT_BY}
