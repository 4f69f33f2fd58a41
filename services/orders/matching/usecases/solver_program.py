"""The solver, run as a process of its own: a day's problem comes in as JSON, who goes where goes out.

It is OR-Tools' CP-SAT with one worker and a fixed seed, bounded by its own count of work, so that the same problem has
the same answer; the bound in seconds is for a machine that is too busy. Its model is written down in
docs/planning.md. It imports nothing of the platform.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Iterator
from typing import Any

from ortools.sat.python import cp_model_helper as sat

POINTS_MAX = 400
"""What a choice has at most: four reasons of 100."""
ROUNDS_MAX, ROUNDS_IN_VAIN_MAX, VOLUNTEERS_DRAWN = 150, 30, 8
WORK_OF_ROUND, SHARE_OF_ROUNDS = 0.2, 0.6


def main() -> None:
    """Read a problem; write a first plan, and when it is there a better one: a line each."""
    began, task = time.monotonic(), json.load(sys.stdin)
    for plan in solve(task, began):
        print(json.dumps(plan), flush=True)  # noqa: T201 - this is how a process answers


def solve(task: dict[str, Any], began: float) -> Iterator[dict[str, Any]]:
    """Give plans, each as good as the one before or better: the choices by their places, and whether it is sure."""
    choices: list[list[int]] = task["choices"]
    best = _first_plan(task, choices)
    yield {"chosen": sorted(best), "optimal": not choices}
    if not choices:
        return
    together = [frozenset(group) for group in _groups(len(task["persons"]), task["clashes"])]
    for better in _improved(task, choices, best, together, began):
        best = better
        yield {"chosen": sorted(best), "optimal": False}
    yield _whole_plan(task, choices, best, together, began)


def _improved(
    task: dict[str, Any], choices: list[list[int]], chosen: set[int], together: list[frozenset[int]], began: float
) -> Iterator[set[int]]:
    """Give better plans: the days of some volunteers, drawn by the seed, are planned anew beside all others."""
    chance, since = random.Random(task["seed"]), 0
    volunteers = sorted({volunteer for _, volunteer, _ in choices})
    for _ in range(ROUNDS_MAX):
        left = SHARE_OF_ROUNDS * task["seconds_max"] - (time.monotonic() - began)
        if since == ROUNDS_IN_VAIN_MAX or left <= 0:
            return
        drawn = _with_their_company(
            choices, chosen, set(chance.sample(volunteers, min(VOLUNTEERS_DRAWN, len(volunteers))))
        )
        kept = {number for number in chosen if choices[number][1] not in drawn}
        filled = {choices[number][0] for number in kept}
        open_ones = [n for n, (visit, volunteer, _) in enumerate(choices) if volunteer in drawn and visit not in filled]
        better_part, _ = _solved(task, choices, open_ones, chosen, together, work=WORK_OF_ROUND, seconds=left)
        better = kept | better_part
        since += 1
        if _worth(choices, better) > _worth(choices, chosen):
            chosen, since = better, 0
            yield chosen


def _with_their_company(choices: list[list[int]], chosen: set[int], drawn: set[int]) -> set[int]:
    """Return volunteers with all who go to the same visits, so that each visit is planned whole or not at all."""
    people: dict[int, set[int]] = {}
    for number in chosen:
        people.setdefault(choices[number][0], set()).add(choices[number][1])
    shared = [group for group in people.values() if len(group) > 1]
    while more := [group for group in shared if group & drawn and not group <= drawn]:
        drawn = drawn.union(*more)
    return drawn


def _worth(choices: list[list[int]], chosen: set[int]) -> tuple[int, int]:
    return len(chosen), sum(choices[number][2] for number in chosen)


def _whole_plan(
    task: dict[str, Any], choices: list[list[int]], chosen: set[int], together: list[frozenset[int]], began: float
) -> dict[str, Any]:
    seconds = max(1.0, task["seconds_max"] - (time.monotonic() - began))
    every = list(range(len(choices)))
    better_part, is_optimal = _solved(task, choices, every, chosen, together, work=task["work_max"], seconds=seconds)
    best = better_part if _worth(choices, better_part) >= _worth(choices, chosen) else chosen
    return {"chosen": sorted(best), "optimal": is_optimal}


def _solved(
    task: dict[str, Any],
    choices: list[list[int]],
    open_ones: list[int],
    hint: set[int],
    together: list[frozenset[int]],
    *,
    work: float,
    seconds: float,
) -> tuple[set[int], bool]:
    """Return the best of the choices that are open, and whether it is sure; what the hint has, without an answer."""
    some = [choices[number] for number in open_ones]
    model = _model(task, some, together)
    model.solution_hint.vars.extend(range(len(some)))
    model.solution_hint.values.extend([int(number in hint) for number in open_ones])
    wrapper = sat.SolveWrapper()
    wrapper.set_parameters(_parameters(task["seed"], work, seconds))
    response = wrapper.solve(model)
    values = list(response.solution)
    if not values:
        return hint.intersection(open_ones), False
    better_part = {number for place, number in enumerate(open_ones) if values[place]}
    return better_part, response.status == sat.CpSolverStatus.OPTIMAL


def _parameters(seed: int, work: float, seconds: float) -> Any:
    parameters = sat.SatParameters()
    parameters.num_workers = 1
    parameters.random_seed = seed
    parameters.max_deterministic_time = work
    parameters.max_time_in_seconds = seconds
    parameters.cp_model_probing_level = 0
    parameters.symmetry_level = 0
    return parameters


def _model(task: dict[str, Any], choices: list[list[int]], together: list[frozenset[int]]) -> Any:
    model = sat.CpModelProto()
    of_visit: dict[int, list[int]] = {}
    of_volunteer: dict[int, dict[int, int]] = {}
    for number, (visit, volunteer, _) in enumerate(choices):
        model.variables.add().domain.extend([0, 1])
        of_visit.setdefault(visit, []).append(number)
        of_volunteer.setdefault(volunteer, {})[visit] = number
    for visit, mine in of_visit.items():
        _fill_whole(model, mine, task["persons"][visit])
    for volunteer, visits in of_volunteer.items():
        minutes = [task["minutes"][visit] for visit in visits]
        _linear(model, list(visits.values()), minutes, [0, task["free_minutes"][volunteer]])
        for clashing in _largest({group.intersection(visits) for group in together}):
            model.constraints.add().at_most_one.literals.extend(sorted(visits[visit] for visit in clashing))
    # One more person who comes is worth more than all points together.
    person = POINTS_MAX * (1 + sum(task["persons"]))
    model.objective.vars.extend(range(len(choices)))
    model.objective.coeffs.extend([-(person + points) for _, _, points in choices])
    return model


def _fill_whole(model: Any, mine: list[int], needed: int) -> None:
    if needed == 1:
        model.constraints.add().at_most_one.literals.extend(mine)
        return
    model.variables.add().domain.extend([0, 1])
    _linear(model, [*mine, len(model.variables) - 1], [*[1] * len(mine), -needed], [0, 0])


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
    for first, other in clashes:
        others[first].add(other)
        others[other].add(first)
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
    clashing = {(first, other) for pair in task["clashes"] for first, other in (pair, pair[::-1])}
    free = list(task["free_minutes"])
    visits_of: list[list[int]] = [[] for _ in free]
    chosen: set[int] = set()
    for visit in visits:
        minutes, able = task["minutes"][visit], []
        for number in of_visit[visit]:
            volunteer = choices[number][1]
            if free[volunteer] >= minutes and not any((visit, other) in clashing for other in visits_of[volunteer]):
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
