"""A day to be planned: visits at agreed times, volunteers with the minutes they have, and who could go where.

Who passes the gates and lives within reach is a choice; who goes is the solver's to propose. No visit is moved: it is
at the time that was agreed with the recipient.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from libs.errors import RuleError
from libs.translation import message
from services.orders.core.rules.people import Place

VISITS_MAX = 500
VOLUNTEERS_MAX = 3000
NEAREST_OF_VISIT = 40
"""So many volunteers are looked at for each visit, those who live nearest; and who helped there before."""
CHOICES_OF_VISIT_MAX = 24
SECONDS_OF_MINUTE = 60


class PlanTooLargeError(RuleError):
    """This is too much to plan at once: choose a smaller part of the district."""

    visits: int
    visits_max: int
    volunteers: int
    volunteers_max: int


class Unfilled(StrEnum):
    """Why a visit is not filled."""

    NOBODY_NEAR = "nobody_near"
    GATES_SHUT = "gates_shut"
    NO_TIME_LEFT = "no_time_left"
    TOO_FEW = "too_few"
    OTHERS_FIRST = "others_first"


UNFILLED_WORDS = {
    Unfilled.NOBODY_NEAR: message("No volunteer lives within reach, or it is not known where she lives"),
    Unfilled.GATES_SHUT: message("None of those within reach may take it"),
    Unfilled.NO_TIME_LEFT: message("Those who may take it have taken others, or as many minutes as the rules allow"),
    Unfilled.TOO_FEW: message("It needs more people than could come"),
    Unfilled.OTHERS_FIRST: message("Those who could come are proposed for other visits"),
}


@dataclass(frozen=True)
class Stay:
    """A span of time at a home."""

    start_at: datetime
    end_at: datetime
    home: Place

    @property
    def minutes(self) -> int:
        """Return how long it is."""
        return int((self.end_at - self.start_at).total_seconds()) // SECONDS_OF_MINUTE


@dataclass(frozen=True)
class Visit:
    """An order that somebody is looked for, and how many people it still needs."""

    order_id: UUID
    stay: Stay
    persons: int


@dataclass(frozen=True)
class Volunteer:
    """A volunteer: the minutes they may still be asked for, and where they are that day already."""

    person_id: UUID
    free_minutes: int
    taken: tuple[Stay, ...] = ()

    def has_time_for(self, stay: Stay, *, metres_per_minute: int) -> bool:
        """Tell whether a stay fits beside what the volunteer has taken."""
        fits = not any(clash(stay, other, metres_per_minute=metres_per_minute) for other in self.taken)
        return fits and stay.minutes <= self.free_minutes


@dataclass(frozen=True)
class Choice:
    """A volunteer who could go to a visit, by their places in the problem's lists, and how well they fit."""

    visit: int
    volunteer: int
    points: int


@dataclass(frozen=True)
class Problem:
    """What is to be planned."""

    visits: tuple[Visit, ...]
    volunteers: tuple[Volunteer, ...]
    choices: tuple[Choice, ...]
    metres_per_minute: int

    def clashes(self) -> Iterator[tuple[int, int]]:
        """Give each two visits that one volunteer cannot both do."""
        for number, visit in enumerate(self.visits):
            for other in range(number):
                if clash(visit.stay, self.visits[other].stay, metres_per_minute=self.metres_per_minute):
                    yield other, number


def clash(stay: Stay, other: Stay, *, metres_per_minute: int) -> bool:
    """Tell whether nobody can be at both: they overlap, or the way from the first to the second takes too long."""
    first, second = sorted((stay, other), key=lambda span: (span.start_at, span.end_at))
    between = (second.start_at - first.end_at).total_seconds() / SECONDS_OF_MINUTE
    return between < math.ceil(first.home.metres_to(second.home) / metres_per_minute)


def refuse_too_large(*, visits: int, volunteers: int) -> None:
    """Refuse to plan more than can be planned well while somebody waits.

    Raises:
        PlanTooLargeError: too many visits or volunteers.
    """
    if visits > VISITS_MAX or volunteers > VOLUNTEERS_MAX:
        raise PlanTooLargeError(
            visits=visits, visits_max=VISITS_MAX, volunteers=volunteers, volunteers_max=VOLUNTEERS_MAX
        )


@dataclass(frozen=True)
class Looked:
    """How far the search for a visit came: who lives within reach, who passes the gates, who has time."""

    within_reach: int
    passing: int
    with_time: int


def why_unfilled(looked: Looked, persons: int) -> Unfilled:
    """Return the first reason for which a visit is not filled."""
    if not looked.within_reach:
        return Unfilled.NOBODY_NEAR
    if not looked.passing:
        return Unfilled.GATES_SHUT
    if not looked.with_time:
        return Unfilled.NO_TIME_LEFT
    return Unfilled.TOO_FEW if looked.with_time < persons else Unfilled.OTHERS_FIRST


def pairs_by_volunteer(problem: Problem, chosen: Iterable[tuple[int, int]]) -> Sequence[tuple[Volunteer, list[Visit]]]:
    """Return who is proposed for which visits, each in the order of the day."""
    of_volunteer: dict[int, list[Visit]] = {}
    for visit, volunteer in sorted(chosen, key=lambda pair: problem.visits[pair[0]].stay.start_at):
        of_volunteer.setdefault(volunteer, []).append(problem.visits[visit])
    return [(problem.volunteers[volunteer], visits) for volunteer, visits in sorted(of_volunteer.items())]
