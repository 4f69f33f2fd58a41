"""The solver keeps every constraint and is never worse than the greedy plan; what breaks one is seen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.orders.matching.usecases.solving import solve
from tests.planning.checker import broken
from tests.planning.instances import make_day
from tests.planning.measure import compare

SMALL = {"visits": 30, "volunteers": 9}


@pytest.mark.parametrize("seed", [1, 2])
def test_a_plan_keeps_every_constraint_and_is_at_least_as_good_as_the_greedy_one(seed: int) -> None:
    best, greedy = compare(make_day(seed, **SMALL))

    assert best.is_optimal
    assert (best.people, best.points) >= (greedy.people, greedy.points)
    assert best.points > greedy.points


def test_the_same_problem_and_seed_give_the_same_plan() -> None:
    problem = make_day(3, **SMALL).problem

    assert solve(problem, seed=7) == solve(problem, seed=7)


def test_a_day_without_choices_has_an_empty_plan() -> None:
    assert solve(replace(make_day(1, **SMALL).problem, choices=())).chosen == ()


def test_the_checker_names_what_a_plan_breaks() -> None:
    day = make_day(1, **SMALL)
    pairs = [(choice.visit, choice.volunteer) for choice in solve(day.problem).chosen]
    visit, volunteer = pairs[0]
    stranger = next(other for other in range(SMALL["volunteers"]) if (visit, other) not in day.metres)
    everything = [(choice.visit, choice.volunteer) for choice in day.problem.choices if choice.volunteer == volunteer]

    assert broken(day.problem, pairs) == []
    assert any("may not go" in line for line in broken(day.problem, [(visit, stranger)]))
    assert any("times" in line for line in broken(day.problem, [*pairs, pairs[0]]))
    words = " ".join(broken(day.problem, everything))
    assert "are free" in words
    assert "cannot be at" in words
