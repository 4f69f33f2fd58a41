"""Days to plan, made from a seed: homes in clusters, visits in working hours, few who know each other before."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.orders.core.rules.people import Place
from services.orders.matching.rules.planning import CHOICES_OF_VISIT_MAX, Choice, Problem, Stay, Visit, Volunteer

MORNING = datetime(2026, 11, 30, tzinfo=UTC)
METRES_PER_MINUTE, REACH_M = 100, 5000
NEAR_POINTS, BEFORE_POINTS, FAIR_POINTS = 40, 30, 15
DAY_MINUTES = (120, 180, 240)
LENGTHS = (60, 60, 90, 120)
GATES_PERCENT, KNOWN_EACH = 80, 3
E6 = 1_000_000


@dataclass(frozen=True)
class Day:
    """A problem, and beside it what only the measures need: how far each choice is, and who served whom before."""

    problem: Problem
    metres: dict[tuple[int, int], int]
    served_before: frozenset[tuple[int, int]]


def make_day(seed: int, *, visits: int, volunteers: int) -> Day:
    """Return a day with so many visits and volunteers; about one visit in twenty needs two people."""
    chance = random.Random(seed)
    centres = [_near(chance, Place(31_230_000, 121_470_000), 40_000) for _ in range(8)]
    asked = tuple(_visit(chance, chance.choice(centres)) for _ in range(visits))
    people = [(_near(chance, chance.choice(centres), 15_000), _volunteer(chance, centres)) for _ in range(volunteers)]
    before = frozenset((visit, chance.randrange(volunteers)) for visit in range(visits) for _ in range(KNOWN_EACH))
    choices: list[Choice] = []
    metres: dict[tuple[int, int], int] = {}
    for number, visit in enumerate(asked):
        able = []
        for volunteer, (home, who) in enumerate(people):
            far = home.metres_to(visit.stay.home)
            passes = chance.randrange(100) < GATES_PERCENT
            if passes and far <= REACH_M and who.has_time_for(visit.stay, metres_per_minute=METRES_PER_MINUTE):
                near = NEAR_POINTS * (REACH_M - far) // REACH_M
                known = BEFORE_POINTS if (number, volunteer) in before else 0
                able.append((Choice(number, volunteer, near + known + chance.randrange(FAIR_POINTS)), far))
        for choice, far in sorted(able, key=lambda entry: -entry[0].points)[:CHOICES_OF_VISIT_MAX]:
            choices.append(choice)
            metres[choice.visit, choice.volunteer] = far
    problem = Problem(asked, tuple(who for _, who in people), tuple(choices), METRES_PER_MINUTE)
    return Day(problem, metres, before)


def _visit(chance: random.Random, centre: Place) -> Visit:
    persons = 2 if chance.randrange(20) == 0 else 1
    return Visit(UUID(int=chance.getrandbits(128)), _stay(chance, _near(chance, centre, 15_000)), persons)


def _volunteer(chance: random.Random, centres: list[Place]) -> Volunteer:
    taken = (_stay(chance, chance.choice(centres)),) if chance.randrange(4) == 0 else ()
    return Volunteer(UUID(int=chance.getrandbits(128)), chance.choice(DAY_MINUTES), taken)


def _stay(chance: random.Random, home: Place) -> Stay:
    start = MORNING + timedelta(minutes=30 * chance.randrange(16, 36))
    return Stay(start, start + timedelta(minutes=chance.choice(LENGTHS)), home)


def _near(chance: random.Random, middle: Place, spread_e6: int) -> Place:
    return Place(
        middle.latitude_e6 + chance.randrange(-spread_e6, spread_e6),
        middle.longitude_e6 + chance.randrange(-spread_e6, spread_e6),
    )
