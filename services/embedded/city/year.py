"""The help given in the demo city in a year: who asks, who comes, when, for how long; pure, from the same seed."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.clock import PROGRAMME_ZONE
from libs.ids import id_from_cause
from services.embedded.city.plan import CITY_NAMESPACE, HISTORY_DAYS, City, Resident

SETTLING_IN_DAYS = 62
ORDERS_PER_DAY = 10
DAYS_PER_ROUND = 3
ASKED_DAYS_BEFORE = 2
ASKED_AT, CANCELLED_AT, CONFIRMED_AT = time(9), time(15), time(20)
DAYS_MAX = HISTORY_DAYS - SETTLING_IN_DAYS - 4
SLOTS = (time(9), time(11, 30), time(14), time(16, 30))
WEEKLY_CREDIT_MINUTES_MAX = 240
TRIES_MAX = 400

# Service, planned minutes, and what was served; odd numbers, because life is not in steps of thirty.
_HELP = (
    ("B1", 120, (115, 118, 109, 121)),
    ("B1", 60, (62, 58, 64)),
    ("A1", 60, (57, 61, 66)),
    ("A2", 120, (117, 124, 119)),
    ("A4", 90, (93, 88, 97)),
    ("A5", 120, (118, 127, 113)),
    ("A7", 60, (48, 63, 59)),
    ("C2", 60, (61, 55, 68)),
    ("E3", 60, (52, 64, 57)),
    ("C1", 90, (94, 87, 91)),
)
_FUNDING = ("programme",) * 11 + ("credit",) * 7 + ("pool",) * 2


@dataclasses.dataclass(frozen=True)
class Visit:
    """What is done at an elder's, in which of the day's slots."""

    slot: int
    service: str
    planned_minutes: int
    served_minutes: int


@dataclasses.dataclass(frozen=True)
class Help:
    """One order of the year, from asking to approval."""

    order_id: UUID
    recipient: Resident
    volunteer: Resident
    service: str
    planned_minutes: int
    served_minutes: int
    funding: str
    start: datetime
    # The elder's side reads out the door code; without it the hours are attested and need a second check.
    has_door_code: bool
    # The elder cancels before anybody comes.
    is_cancelled: bool
    # First day of its round; help is asked for together, before it.
    round_day: date | None = None

    @property
    def asked_at(self) -> datetime:
        """Return when it is asked for."""
        return self._before_round(ASKED_AT)

    @property
    def cancelled_at(self) -> datetime:
        """Return when it is cancelled, if it is."""
        return self._before_round(CANCELLED_AT)

    @property
    def confirmed_at(self) -> datetime:
        """Return when the elder confirms."""
        return _instant(self.start.date(), CONFIRMED_AT)

    def _before_round(self, clock: time) -> datetime:
        assert self.round_day is not None, "help that is lived through belongs to a round"
        return _instant(self.round_day - timedelta(days=ASKED_DAYS_BEFORE), clock)


@dataclasses.dataclass(frozen=True)
class Round:
    """The help of a few days: asked for together before the first, and on each day given, confirmed, then approved."""

    number: int
    days: tuple[date, ...]
    helps: tuple[Help, ...]

    def at(self, day: date, clock: time, *, days: int = 0) -> datetime:
        """Return an instant so many days from a day."""
        return _instant(day + timedelta(days=days), clock)

    def helps_on(self, day: date) -> list[Help]:
        """Return what is given on a day: all but what was cancelled."""
        return [one for one in self.helps if one.start.date() == day and not one.is_cancelled]


def make_year(city: City, *, seed: int, orders: int) -> list[Round]:
    """Return the rounds of the year; `orders` of them end settled, a few more are cancelled."""
    days = max(1, min(DAYS_MAX, -(-orders // ORDERS_PER_DAY))) if orders else 0
    calendar = _Calendar(city, random.Random(seed + 1), seed)
    served = [
        city.first_day + timedelta(days=SETTLING_IN_DAYS + number * (DAYS_MAX - 1) // max(1, days - 1))
        for number in range(days)
    ]
    counts = [orders * (number + 1) // days - orders * number // days for number in range(days)]
    year = []
    for number, first in enumerate(range(0, days, DAYS_PER_ROUND)):
        mine = slice(first, first + DAYS_PER_ROUND)
        helps = [
            dataclasses.replace(one, round_day=served[first])
            for day, count in zip(served[mine], counts[mine], strict=True)
            for one in calendar.helps_of(day, count)
        ]
        year.append(Round(number, tuple(served[mine]), tuple(helps)))
    return year


class _Calendar:
    """Keeps who is where, so that nobody is in two places and no weekly limit is passed."""

    def __init__(self, city: City, source: random.Random, seed: int) -> None:
        self._source, self._seed = source, seed
        self._elders = [resident for resident in city.residents if resident.roles == ("recipient",)]
        self._districts = [
            [resident for resident in self._elders if resident.home.above("district") is district]
            for district in city.districts()
        ]
        self._volunteers = [resident for resident in city.residents if "volunteer" in resident.roles]
        self._kin = {frozenset((kinship.person, kinship.relative)) for kinship in city.kinships}
        self._busy: set[tuple[UUID, date, int]] = set()
        self._week: dict[tuple[UUID, date], int] = {}
        self._purse = {resident.person_id: resident.paper_book_minutes for resident in self._elders}
        self._made = 0

    def helps_of(self, day: date, count: int) -> Iterator[Help]:
        """Yield `count` orders that are served that day, and now and then one that is cancelled.

        The districts take turns, and give the same visit at the same time: the hands that make the city, one pair for
        each district, then have something to do at the same moments.
        """
        settled, turn, visit = 0, 0, self._any_visit()
        for _ in range(TRIES_MAX * max(1, count)):
            if settled == count:
                return
            found = self._try(day, self._districts[turn], visit)
            if found is None:
                continue
            settled += not found.is_cancelled
            turn = (turn + 1) % len(self._districts)
            visit = visit if turn else self._any_visit()
            yield found
        raise AssertionError("the city is too small for so many orders in a day")

    def _any_visit(self) -> Visit:
        service, planned, served = self._source.choice(_HELP)
        return Visit(self._source.randrange(len(SLOTS)), service, planned, self._source.choice(served))

    def _try(self, day: date, elders: Sequence[Resident], visit: Visit) -> Help | None:
        source, slot = self._source, visit.slot
        elder, volunteer = source.choice(elders), source.choice(self._volunteers)
        funding = self._affordable(source.choice(_FUNDING), elder, day, visit.planned_minutes)
        taken = {(elder.person_id, day, slot), (volunteer.person_id, day, slot)}
        if taken & self._busy or frozenset((elder, volunteer)) in self._kin:
            return None
        if volunteer.home.above("district") != elder.home.above("district") and source.random() < 0.9:
            return None
        if elder.login or volunteer.login:
            # The demo people keep their days free for the person at the keyboard.
            return None
        self._busy |= taken
        self._made += 1
        return Help(
            order_id=id_from_cause(CITY_NAMESPACE, str(self._seed), "order", str(self._made)),
            recipient=elder,
            volunteer=volunteer,
            service=visit.service,
            planned_minutes=visit.planned_minutes,
            served_minutes=visit.served_minutes,
            funding=funding,
            start=_instant(day, SLOTS[slot]),
            has_door_code=source.random() < 0.93,
            is_cancelled=source.random() < 0.04,
        )

    def _affordable(self, funding: str, elder: Resident, day: date, minutes: int) -> str:
        """Return the wanted funding if the elder may use it, else the programme's."""
        if funding == "pool":
            return "pool" if elder.hardship else "programme"
        week = (elder.person_id, day - timedelta(days=day.weekday()))
        used = self._week.get(week, 0) + minutes
        if funding != "credit" or used > WEEKLY_CREDIT_MINUTES_MAX or self._purse[elder.person_id] < minutes:
            return "programme"
        self._week[week] = used
        self._purse[elder.person_id] -= minutes
        return "credit"


def _instant(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, ZoneInfo(PROGRAMME_ZONE))
