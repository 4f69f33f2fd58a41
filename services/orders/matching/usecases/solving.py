"""Ask the solver for a plan: a process of its own, bounded in time and memory, while no transaction is open.

One is solved at a time in each process of the server; the next waits a moment, others are told to come again.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from libs.errors import Kind, Refusal
from libs.http.gate import Gate
from libs.logs import get_logger
from services.orders.matching.rules.planning import Choice, Problem

SOLVER_WORK_MAX = 2.0
"""Of the solver's own count, which is the same on every machine; on a quiet one it takes less than ten seconds."""
SOLVER_SECONDS_MAX = 15.0
PROCESS_SECONDS_MAX = 25.0
SEED = 1
PROGRAM = Path(__file__).with_name("solver_program.py")
PROCESS_SETTINGS = {"PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""All that the process is told of its surroundings: nothing that the server knows."""
_gate = Gate(places=1, waiting_max=1, wait_seconds=2.0)


class PlanFailedError(Refusal):
    """The day could not be planned in time; try again, or choose a smaller part of the district."""

    kind = Kind.NOT_YET


@dataclass(frozen=True)
class Solution:
    """Which choices are proposed, and whether it is sure that no plan is better."""

    chosen: tuple[Choice, ...]
    is_optimal: bool


def solve(problem: Problem, *, seed: int = SEED) -> Solution:
    """Return the best plan that is found in time: as many visits as can be filled, by those who fit best.

    Raises:
        TooManyRequests: others are planning.
        PlanFailedError: the process did not answer.
    """
    with _gate.enter():
        answer = _last_plan(_run(json.dumps(task_of(problem, seed=seed)).encode()))
    return Solution(tuple(problem.choices[number] for number in answer["chosen"]), answer["optimal"])


def task_of(problem: Problem, *, seed: int = SEED) -> dict[str, object]:
    """Return a problem as the solver reads it: numbers only, nobody's id."""
    return {
        "persons": [visit.persons for visit in problem.visits],
        "starts": [round(visit.stay.start_at.timestamp()) for visit in problem.visits],
        "minutes": [visit.stay.minutes for visit in problem.visits],
        "free_minutes": [max(0, volunteer.free_minutes) for volunteer in problem.volunteers],
        "choices": [(choice.visit, choice.volunteer, choice.points) for choice in problem.choices],
        "clashes": list(problem.clashes()),
        "seed": seed,
        "work_max": SOLVER_WORK_MAX,
        "seconds_max": SOLVER_SECONDS_MAX,
    }


def _last_plan(said: bytes) -> dict[str, Any]:
    """Return the best plan that the process wrote whole.

    Raises:
        PlanFailedError: it wrote none.
    """
    *lines, _ = said.split(b"\n")
    if not lines:
        raise PlanFailedError
    plan: dict[str, Any] = json.loads(lines[-1])
    return plan


def _run(task: bytes) -> bytes:
    command: Sequence[str] = [sys.executable, "-I", str(PROGRAM)]
    try:
        done = subprocess.run(
            command, input=task, capture_output=True, timeout=PROCESS_SECONDS_MAX, check=False, env=PROCESS_SETTINGS
        )
    except subprocess.TimeoutExpired as error:
        return error.stdout or b""
    if done.returncode != 0:
        get_logger().error(
            "planning_failed", returned=done.returncode, said=done.stderr[-500:].decode(errors="replace")
        )
        raise PlanFailedError
    return done.stdout
