"""The solver, run as a process of its own: a day's problem comes in as JSON, who goes where goes out.

It is OR-Tools' CP-SAT with one worker and a fixed seed, bounded by its own count of work, so that the same problem has
the same answer; the bound in seconds is for a machine that is too busy. Its model is written down in
docs/planning.md. It imports nothing of the platform.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from typing import Any

from ortools.sat.python import cp_model_helper as sat

POINTS_MAX = 400
"""What a choice has at most: four reasons of 100."""


def main() -> None:
    """Read a problem; write a first plan, and when it is there a better one: a line each."""
    began, task = time.monotonic(), json.load(sys.stdin)
    for plan in solve(task, began):
        print(json.dumps(plan), flush=True)  # noqa: T201 - this is how a process answers


def solve(task: dict[str, Any], began: float) -> Iterator[dict[str, Any]]:
    """Give plans, each better than the one before: the choices by their places in the task, and whether it is sure."""
    choices: list[list[int]] = task["choices"]
    first = _first_plan(task, choices)
    yield {"chosen": sorted(first), "optimal": not choices}
    if choices:
        yield _best_plan(task, choices, first, began)


def _best_plan(task: dict[str, Any], choices: list[list[int]], first: set[int], began: float) -> dict[str, Any]:
    model = _model(task, choices)
    model.solution_hint.vars.extend(range(len(choices)))
    model.solution_hint.values.extend([int(number in first) for number in range(len(choices))])
    wrapper = sat.SolveWrapper()
    wrapper.set_parameters(_parameters(task, spent_seconds=time.monotonic() - began))
    response = wrapper.solve(model)
    values = list(response.solution)
    is_optimal = response.status == sat.CpSolverStatus.OPTIMAL
    if not values:
        return {"chosen": sorted(first), "optimal": False}
    return {"chosen": [number for number in range(len(choices)) if values[number]], "optimal": is_optimal}


def _parameters(task: dict[str, Any], *, spent_seconds: float) -> Any:
    parameters = sat.SatParameters()
    parameters.num_workers = 1
    parameters.random_seed = task["seed"]
    parameters.max_deterministic_time = task["work_max"]
    parameters.max_time_in_seconds = max(1.0, task["seconds_max"] - spent_seconds)
    parameters.cp_model_probing_level = 0
    parameters.symmetry_level = 0
    return parameters


def _model(task: dict[str, Any], choices: list[list[int]]) -> Any:
    model = sat.CpModelProto()
    for _ in choices:
        model.variables.add().domain.extend([0, 1])
    _fill_whole_visits(model, task["persons"], choices)
    _keep_within_minutes(model, task, choices)
    _keep_apart(model, task, choices)
    # One more person who comes is worth more than all points together.
    person = POINTS_MAX * (1 + sum(task["persons"]))
    model.objective.vars.extend(range(len(choices)))
    model.objective.coeffs.extend([-(person + points) for _, _, points in choices])
    return model


def _fill_whole_visits(model: Any, persons: list[int], choices: list[list[int]]) -> None:
    for visit, needed in enumerate(persons):
        mine = [number for number, choice in enumerate(choices) if choice[0] == visit]
        if needed == 1 and mine:
            model.constraints.add().at_most_one.literals.extend(mine)
        elif mine:
            model.variables.add().domain.extend([0, 1])
            _linear(model, [*mine, len(model.variables) - 1], [*[1] * len(mine), -needed], [0, 0])


def _keep_within_minutes(model: Any, task: dict[str, Any], choices: list[list[int]]) -> None:
    for helper, free in enumerate(task["free_minutes"]):
        mine = [number for number, choice in enumerate(choices) if choice[1] == helper]
        if mine:
            _linear(model, mine, [task["minutes"][choices[number][0]] for number in mine], [0, free])


def _keep_apart(model: Any, task: dict[str, Any], choices: list[list[int]]) -> None:
    together = [frozenset(group) for group in _groups(len(task["persons"]), task["clashes"])]
    of_helper: dict[int, dict[int, int]] = {}
    for number, (visit, helper, _) in enumerate(choices):
        of_helper.setdefault(helper, {})[visit] = number
    for mine in of_helper.values():
        for visits in _largest({group.intersection(mine) for group in together}):
            model.constraints.add().at_most_one.literals.extend(sorted(mine[visit] for visit in visits))


def _largest(groups: set[frozenset[int]]) -> Iterator[frozenset[int]]:
    """Give the groups that lie in no other, and say something."""
    kept: list[frozenset[int]] = []
    for group in sorted(groups, key=lambda group: (-len(group), sorted(group))):
        if len(group) > 1 and not any(group <= larger for larger in kept):
            kept.append(group)
            yield group


def _groups(count: int, clashes: list[list[int]]) -> Iterator[list[int]]:
    """Give groups of visits of which one person can do one: each two that clash are in one of them."""
    others: list[set[int]] = [set() for _ in range(count)]
    for one, other in clashes:
        others[one].add(other)
        others[other].add(one)
    for visit in range(count):
        left = sorted(other for other in others[visit] if other < visit)
        while left:
            group, rest = [visit], []
            for other in left:
                if all(other in others[member] for member in group):
                    group.append(other)
                else:
                    rest.append(other)
            yield group
            left = rest


def _first_plan(task: dict[str, Any], choices: list[list[int]]) -> set[int]:
    """Return a plan to begin with: visit by visit, as the day goes or with the scarcest first, whichever fills more."""
    of_visit: list[list[int]] = [[] for _ in task["persons"]]
    for number, (visit, _, _) in enumerate(choices):
        of_visit[visit].append(number)
    for numbers in of_visit:
        numbers.sort(key=lambda number: (-choices[number][2], number))
    visits = range(len(of_visit))
    as_the_day_goes = sorted(visits, key=lambda visit: (task["starts"][visit], visit))
    scarcest_first = sorted(visits, key=lambda visit: (len(of_visit[visit]), visit))
    plans = [_filled(task, choices, of_visit, visits) for visits in (as_the_day_goes, scarcest_first)]
    return max(plans, key=lambda plan: (len(plan), sum(choices[number][2] for number in plan)))


def _filled(task: dict[str, Any], choices: list[list[int]], of_visit: list[list[int]], visits: list[int]) -> set[int]:
    """Return the choices that fill one visit after the other, each by those who fit best of who still can."""
    clashing = {(one, other) for pair in task["clashes"] for one, other in (pair, pair[::-1])}
    free = list(task["free_minutes"])
    visits_of: list[list[int]] = [[] for _ in free]
    chosen: set[int] = set()
    for visit in visits:
        minutes, able = task["minutes"][visit], []
        for number in of_visit[visit]:
            helper = choices[number][1]
            if free[helper] >= minutes and not any((visit, other) in clashing for other in visits_of[helper]):
                able.append(number)
        needed = able[: task["persons"][visit]]
        if len(needed) == task["persons"][visit]:
            for number in needed:
                free[choices[number][1]] -= minutes
                visits_of[choices[number][1]].append(visit)
            chosen.update(needed)
    return chosen


def _linear(model: Any, variables: list[int], factors: list[int], domain: list[int]) -> None:
    constraint = model.constraints.add().linear
    constraint.vars.extend(variables)
    constraint.coeffs.extend(factors)
    constraint.domain.extend(domain)


if __name__ == "__main__":
    main()
