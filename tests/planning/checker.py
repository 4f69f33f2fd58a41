"""Whether a plan keeps every constraint: read from the problem alone, with arithmetic of its own."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from services.orders.matching.rules.planning import Problem, Stay

EARTH_M = 6_371_000.0


def broken(problem: Problem, pairs: Iterable[tuple[int, int]]) -> list[str]:
    """Name each constraint that a plan breaks: nothing, when it keeps all."""
    return list(_broken(problem, list(pairs)))


def _broken(problem: Problem, pairs: list[tuple[int, int]]) -> Iterator[str]:
    allowed = {(choice.visit, choice.volunteer) for choice in problem.choices}
    yield from (
        f"visit {visit}: volunteer {volunteer} may not go"
        for visit, volunteer in pairs
        if (visit, volunteer) not in allowed
    )
    yield from (f"pair {pair} stands {count} times" for pair, count in Counter(pairs).items() if count > 1)
    for visit, count in Counter(visit for visit, _ in pairs).items():
        if count != problem.visits[visit].persons:
            yield f"visit {visit} has {count} people and needs {problem.visits[visit].persons}"
    days: dict[int, list[Stay]] = defaultdict(list)
    for visit, volunteer in pairs:
        days[volunteer].append(problem.visits[visit].stay)
    for volunteer, stays in days.items():
        minutes = sum((stay.end_at - stay.start_at).total_seconds() / 60 for stay in stays)
        free = problem.volunteers[volunteer].free_minutes
        if minutes > free:
            yield f"volunteer {volunteer} has {minutes} minutes and {free} are free"
        yield from _late(volunteer, [*stays, *problem.volunteers[volunteer].taken], problem.metres_per_minute)


def _late(volunteer: int, stays: list[Stay], metres_per_minute: int) -> Iterator[str]:
    """Name each two stays of one day between which nobody gets in time; what was taken before counts too."""
    in_order = sorted(stays, key=lambda stay: stay.start_at)
    for number, stay in enumerate(in_order):
        for before in in_order[:number]:
            seconds = (stay.start_at - before.end_at).total_seconds()
            if seconds < 0 or seconds / 60 + 1e-9 < math.floor(_metres(before, stay) / metres_per_minute):
                yield f"volunteer {volunteer} cannot be at {stay.start_at:%H:%M} after {before.end_at:%H:%M}"


def _metres(stay: Stay, other: Stay) -> float:
    """Return the way on a sphere, by the law of cosines."""
    p, q = (math.radians(at.home.latitude_e6 / 1e6) for at in (stay, other))
    turn = math.radians((other.home.longitude_e6 - stay.home.longitude_e6) / 1e6)
    return EARTH_M * math.acos(min(1.0, math.sin(p) * math.sin(q) + math.cos(p) * math.cos(q) * math.cos(turn)))
