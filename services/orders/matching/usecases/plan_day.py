"""Propose who goes where on a day of a district: gather what is known, let it be solved, say what stays open and why.

Nothing is assigned and nothing kept: a proposal becomes offers by another act, and an offer binds nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from heapq import nsmallest
from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.programme import directory
from libs.programme.policy import Policy
from libs.translation import in_both
from services.orders.core.rules.order import Order
from services.orders.core.rules.people import Person
from services.orders.core.store import catalogue_store, people_store
from services.orders.core.store.facts import gather
from services.orders.matching import store
from services.orders.matching.rules.planning import (
    CHOICES_OF_VISIT_MAX,
    NEAREST_OF_VISIT,
    UNFILLED_WORDS,
    VISITS_MAX,
    Choice,
    Looked,
    Problem,
    Stay,
    Unfilled,
    Visit,
    Volunteer,
    refuse_too_large,
    why_unfilled,
)
from services.orders.matching.rules.ranking import Fit, Weighed, points_of, shared, weigh
from services.orders.matching.usecases.gates import Asking, Barred, GateCount, ask_of, lets_pass
from services.orders.matching.usecases.match_volunteers import steps
from services.orders.matching.usecases.solving import Solution

ASKED_AT_ONCE = 100
Reading = Callable[[], AbstractContextManager[Connection]]
Solve = Callable[[Problem], Solution]


@dataclass(frozen=True)
class Proposed:
    """One visit of a volunteer's proposed day, and why it is theirs."""

    order_id: UUID
    recipient_id: UUID | None
    service: str
    start_at: datetime
    end_at: datetime
    fit: Fit
    reasons: tuple[Weighed, ...]

    @property
    def points(self) -> int:
        """Return what the reasons count together."""
        return points_of(self.reasons)


@dataclass(frozen=True)
class ProposedDay:
    """What is proposed to one volunteer."""

    person_id: UUID
    minutes: int
    visits: tuple[Proposed, ...]


@dataclass(frozen=True)
class LeftOpen:
    """A visit that nobody is proposed for, and why."""

    order_id: UUID
    recipient_id: UUID | None
    service: str
    start_at: datetime
    reason: Unfilled
    zh: str
    en: str
    barred: list[Barred]


@dataclass(frozen=True)
class DayPlan:
    """A proposal for a day."""

    visits: int
    filled: int
    optimal: bool
    volunteers: tuple[ProposedDay, ...]
    unfilled: tuple[LeftOpen, ...]


@dataclass(frozen=True)
class Searched:
    """What was found for one visit: who could go, why they fit, how far the search came, and which gates are shut."""

    order: Order
    choices: tuple[Choice, ...]
    reasons: Mapping[int, tuple[Fit, tuple[Weighed, ...]]]
    looked: Looked
    barred: list[Barred]


@dataclass(frozen=True)
class Facts:
    """What is known of a day before anybody is chosen."""

    problem: Problem
    searched: tuple[Searched, ...]


def plan_day(reading: Reading, unit_id: UUID, day: date, now: datetime, solve: Solve) -> DayPlan:
    """Return a proposal for the open orders of a unit on a day; no transaction is open while it is solved.

    Raises:
        PlanTooLargeError: too many orders, or too many volunteers live around.
        PlanFailedError, TooManyRequests: it was not solved in time, or others are planning.
    """
    with reading() as connection:
        facts = gather_facts(connection, unit_id, day, now)
    return proposal_of(facts, solve(facts.problem))


def gather_facts(connection: Connection, unit_id: UUID, day: date, now: datetime) -> Facts:
    """Return the problem of a day, and what was found for each of its visits."""
    units = directory.units_below(connection, [unit_id])
    asked = store.open_orders(connection, units, day, now=now, most=VISITS_MAX + 1)
    refuse_too_large(visits=len(asked), volunteers=0)
    if not asked:
        return Facts(Problem((), (), (), 1), ())
    return _DaySearch(connection, asked, day, now).facts()


class _DaySearch:
    """Looks for who could go to each of some orders of a day."""

    def __init__(self, connection: Connection, asked: Sequence[Order], day: date, now: datetime) -> None:
        self._connection, self._day, self._now = connection, day, now
        district_id = asked[0].district_id
        self._policy = people_store.policy_on(connection, district_id, local_date(now))
        wanted = {order.recipient_id for order in asked if order.recipient_id is not None}
        recipients = people_store.find_people(connection, wanted)
        self._recipients: dict[UUID | None, Person] = {person.person_id: person for person in recipients}
        # Whoever was erased meanwhile is gone before their orders are.
        self._asked = [order for order in asked if order.recipient_id in self._recipients]
        homes = [person.home for person in recipients if person.home is not None]
        self._before = store.times_helped(connection, wanted)
        ids = store.volunteers_around(connection, district_id, homes, each=NEAREST_OF_VISIT)
        ids |= store.active_of(connection, district_id, {volunteer for _, volunteer in self._before})
        refuse_too_large(visits=len(asked), volunteers=len(ids))
        self._people = sorted(people_store.find_people(connection, ids), key=lambda person: person.person_id)
        self._read_volunteers()

    def _read_volunteers(self) -> None:
        connection, day, policy = self._connection, self._day, self._policy
        ids = [person.person_id for person in self._people]
        for first in range(0, len(ids), ASKED_AT_ONCE):
            gather(connection, *(ask for who in ids[first : first + ASKED_AT_ONCE] for ask in ask_of(who)))
        monday = day - timedelta(days=day.weekday())
        of_day = store.minutes_taken(connection, ids, day, day + timedelta(days=1))
        of_week = store.minutes_taken(connection, ids, monday, monday + timedelta(days=7))
        stays = store.stays_of(connection, ids, day)
        since = self._now - timedelta(days=policy.match.fair_share_days)
        self._served = store.times_served(connection, ids, since=since)
        self._day_minutes = of_day
        self._volunteers = tuple(
            Volunteer(who, _free(policy, of_day.get(who, 0), of_week.get(who, 0)), tuple(stays.get(who, ())))
            for who in ids
        )

    def facts(self) -> Facts:
        """Return the problem, and what was found for each visit."""
        placed = [order for order in self._asked if self._recipients[order.recipient_id].home is not None]
        searched = [self._search(number, order) for number, order in enumerate(placed)]
        visits = tuple(Visit(order.order_id, self._stay(order), _needed(order)) for order in placed)
        choices = tuple(choice for entry in searched for choice in entry.choices)
        homeless = [
            Searched(order, (), {}, Looked(0, 0, 0), [])
            for order in self._asked
            if self._recipients[order.recipient_id].home is None
        ]
        problem = Problem(visits, self._volunteers, choices, self._policy.plan.travel_metres_per_minute)
        return Facts(problem, (*searched, *homeless))

    def _search(self, number: int, order: Order) -> Searched:
        near, gates = self._near(order), GateCount()
        stay, speed = self._stay(order), self._policy.plan.travel_metres_per_minute
        service = catalogue_store.service_version(
            self._connection, order.terms.service_code, order.terms.catalogue_version
        )
        asking = Asking(order, service, (self._recipients[order.recipient_id],), self._now)
        choices: list[Choice] = []
        reasons: dict[int, tuple[Fit, tuple[Weighed, ...]]] = {}
        passing = 0
        for volunteer, fit, weighed in near:
            if len(choices) == CHOICES_OF_VISIT_MAX:
                break
            if not lets_pass(self._connection, asking, self._people[volunteer], gates, is_busy=False):
                continue
            passing += 1
            if self._volunteers[volunteer].has_time_for(stay, metres_per_minute=speed):
                choices.append(Choice(number, volunteer, points_of(weighed)))
                reasons[volunteer] = (fit, weighed)
        looked = Looked(len(near), passing, len(choices))
        return Searched(order, tuple(choices), reasons, looked, gates.in_words())

    def _near(self, order: Order) -> list[tuple[int, Fit, tuple[Weighed, ...]]]:
        """Return who lives nearest within reach, or helped before, and has not taken it; who fits best first."""
        recipient, taken = self._recipients[order.recipient_id], set(order.volunteer_ids)
        able = [
            (metres, volunteer)
            for volunteer, person in enumerate(self._people)
            if person.person_id not in taken and (metres := self._metres(person, recipient)) is not None
        ]
        nearest = {volunteer for _, volunteer in nsmallest(NEAREST_OF_VISIT, able)}
        nearest |= {volunteer for _, volunteer in able if self._times_before(self._people[volunteer], recipient)}
        fits = [(volunteer, self._fit(self._people[volunteer], recipient)) for volunteer in sorted(nearest)]
        near = [(volunteer, fit, weigh(self._policy, fit)) for volunteer, fit in fits]
        return sorted(near, key=lambda entry: (-points_of(entry[2]), entry[1].distance_m or 0, entry[0]))

    def _metres(self, person: Person, recipient: Person) -> int | None:
        """Return how far a volunteer lives; None beyond the reach."""
        if person.home is None or recipient.home is None:
            return None
        metres = person.home.metres_to(recipient.home)
        return metres if metres <= self._policy.plan.reach_metres else None

    def _times_before(self, person: Person, recipient: Person) -> int:
        return self._before.get((recipient.person_id, person.person_id), 0)

    def _fit(self, person: Person, recipient: Person) -> Fit:
        who = person.person_id
        return Fit(
            distance_m=steps(person, recipient.home),
            helped_before=self._times_before(person, recipient),
            served_lately=self._served.get(who, 0),
            day_minutes=self._day_minutes.get(who, 0),
            shared=shared(person.speaks, recipient.speaks),
        )

    def _stay(self, order: Order) -> Stay:
        home = self._recipients[order.recipient_id].home
        assert home is not None, "only visits to a home that is known are planned"
        return Stay(order.terms.start_at, order.terms.end_at, home)


def _needed(order: Order) -> int:
    return order.terms.persons - len(order.assignments)


def _free(policy: Policy, day_minutes: int, week_minutes: int) -> int:
    return min(policy.plan.day_minutes_max - day_minutes, policy.plan.week_minutes_max - week_minutes)


def proposal_of(facts: Facts, solution: Solution) -> DayPlan:
    """Return what is proposed, by volunteer in the order of the day, and what stays open."""
    of_volunteer: dict[int, list[Proposed]] = {}
    for choice in solution.chosen:
        searched = facts.searched[choice.visit]
        of_volunteer.setdefault(choice.volunteer, []).append(_proposed(searched, choice.volunteer))
    filled = {choice.visit for choice in solution.chosen}
    days = [
        ProposedDay(facts.problem.volunteers[volunteer].person_id, _minutes(visits), tuple(visits))
        for volunteer, visits in sorted(of_volunteer.items())
    ]
    unfilled = tuple(_left_open(entry) for number, entry in enumerate(facts.searched) if number not in filled)
    return DayPlan(len(facts.searched), len(filled), solution.is_optimal, tuple(days), unfilled)


def _proposed(searched: Searched, volunteer: int) -> Proposed:
    order, (fit, reasons) = searched.order, searched.reasons[volunteer]
    terms = order.terms
    return Proposed(order.order_id, order.recipient_id, terms.service_code, terms.start_at, terms.end_at, fit, reasons)


def _minutes(visits: Sequence[Proposed]) -> int:
    return sum(round((visit.end_at - visit.start_at).total_seconds()) // 60 for visit in visits)


def _left_open(searched: Searched) -> LeftOpen:
    order = searched.order
    reason = why_unfilled(searched.looked, _needed(order))
    words = in_both(UNFILLED_WORDS[reason], module=__name__)
    terms = order.terms
    return LeftOpen(
        order.order_id, order.recipient_id, terms.service_code, terms.start_at, reason, **words, barred=searched.barred
    )
