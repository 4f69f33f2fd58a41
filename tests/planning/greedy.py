"""The yardstick: visit by visit in the order of the day, the nearest volunteer who still can."""

from __future__ import annotations

import math
from datetime import timedelta

from services.orders.core.rules.people import Place
from services.orders.matching.rules.planning import Visit
from tests.planning.instances import Day


def plan_greedily(day: Day) -> list[tuple[int, int]]:
    """Return (visit, volunteer) pairs, under the same constraints as the solver's."""
    problem = day.problem
    minutes = [volunteer.free_minutes for volunteer in problem.volunteers]
    last: dict[int, Visit] = {}
    pairs: list[tuple[int, int]] = []
    able: dict[int, list[int]] = {}
    for choice in problem.choices:
        able.setdefault(choice.visit, []).append(choice.volunteer)
    for number, visit in sorted(enumerate(problem.visits), key=lambda entry: entry[1].stay.start_at):
        length = round((visit.stay.end_at - visit.stay.start_at).total_seconds() / 60)
        free = [
            volunteer
            for volunteer in able.get(number, [])
            if minutes[volunteer] >= length and _arrives(last.get(volunteer), visit, problem.metres_per_minute)
        ]
        nearest = sorted(free, key=lambda volunteer: day.metres[number, volunteer])[: visit.persons]
        if len(nearest) == visit.persons:
            for volunteer in nearest:
                minutes[volunteer] -= length
                last[volunteer] = visit
                pairs.append((number, volunteer))
    return pairs


def _arrives(before: Visit | None, visit: Visit, metres_per_minute: int) -> bool:
    """Tell whether somebody who was at a visit before is at this one in time."""
    if before is None:
        return True
    way = _metres(before.stay.home, visit.stay.home) / metres_per_minute
    return before.stay.end_at + timedelta(minutes=math.ceil(way)) <= visit.stay.start_at


def _metres(place: Place, other: Place) -> int:
    return place.metres_to(other)
