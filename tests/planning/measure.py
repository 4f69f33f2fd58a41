"""Measure the solver beside the greedy plan: `make bench-planning` prints the table of docs/planning.md."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass

from services.orders.matching.usecases.solving import solve
from tests.planning.checker import broken
from tests.planning.greedy import plan_greedily
from tests.planning.instances import Day, make_day

SEEDS, FIRST_SEED = 10, 9001
SIZES = ((300, 200), (300, 60))
"""Enough volunteers, and too few. The seeds of 1 to 10 were looked at while the plan was improved; these were not."""


@dataclass(frozen=True)
class Scored:
    """How good a plan is: people who come, points, those who know each other, kilometres from home."""

    people: int
    points: int
    before: int
    kilometres: float
    seconds: float
    is_optimal: bool = False


def score(day: Day, pairs: Sequence[tuple[int, int]], *, seconds: float = 0, is_optimal: bool = False) -> Scored:
    """Return how good a plan is; one that breaks a constraint is none."""
    assert broken(day.problem, pairs) == []
    points = {(choice.visit, choice.volunteer): choice.points for choice in day.problem.choices}
    return Scored(
        len(pairs),
        sum(points[pair] for pair in pairs),
        len(day.served_before.intersection(pairs)),
        sum(day.metres[pair] for pair in pairs) / 1000,
        seconds,
        is_optimal,
    )


def compare(day: Day) -> tuple[Scored, Scored]:
    """Return the solver's plan and the greedy one, scored."""
    began = time.perf_counter()
    solution = solve(day.problem)
    took = time.perf_counter() - began
    chosen = [(choice.visit, choice.volunteer) for choice in solution.chosen]
    return score(day, chosen, seconds=took, is_optimal=solution.is_optimal), score(day, plan_greedily(day))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--first", type=int, default=FIRST_SEED)
    asked = parser.parse_args()
    print("| visits × volunteers | seed | people who come | points | know each other | km from home | s | proved |")
    print("|---|--:|--:|--:|--:|--:|--:|---|")
    for visits, volunteers in SIZES:
        for seed in range(asked.first, asked.first + asked.seeds):
            best, greedy = compare(make_day(seed, visits=visits, volunteers=volunteers))
            print(
                f"| {visits} × {volunteers} | {seed} | {best.people} / {greedy.people} |"
                f" {best.points} / {greedy.points} |"
                f" {best.before} / {greedy.before} | {best.kilometres:.0f} / {greedy.kilometres:.0f} |"
                f" {best.seconds:.1f} | {'yes' if best.is_optimal else 'no'} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
