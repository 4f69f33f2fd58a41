"""Find the orders that a volunteer could take: the same gates, reasons and weights as when volunteers are looked for.

A page is read as of the instant of the first one: what the volunteer takes between two pages moves nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, cached_property
from itertools import islice
from uuid import UUID

from libs.clock import local_date
from libs.db import Connection
from libs.errors import Refusal
from libs.http.lists import Query, Sorted
from libs.http.pages import a_number, an_id, an_instant
from services.orders.core.rules.areas import steps_between
from services.orders.core.rules.catalogue import Service
from services.orders.core.rules.order import Order
from services.orders.core.rules.people import Person, Place
from services.orders.core.store import catalogue_store, order_store, people_store
from services.orders.matching import store
from services.orders.matching.rules.ranking import Fit, Weighed, points_of, shared, weigh
from services.orders.matching.store import Engagement, OpenOrder
from services.orders.matching.usecases.gates import Asking, Barred, GateCount, ask_of, shut_gate
from services.orders.matching.usecases.match_volunteers import FAR_M
from services.orders.not_wanted.refusals import NotOpenToVolunteerError
from services.orders.serving.rules.taking import refuse_who_may_not_serve

POINTS_MAX = 1_000


@dataclass(frozen=True)
class Ranked:
    """An open order, and why it stands where it stands, as of an instant."""

    open_order: OpenOrder
    fit: Fit
    reasons: tuple[Weighed, ...]
    as_of: datetime

    @property
    def points(self) -> int:
        """Return what the reasons count together."""
        return points_of(self.reasons)

    @cached_property
    def key(self) -> tuple[datetime, int, int, datetime, UUID]:
        """Return the place in the list: what fits best first, then the nearest, then the next."""
        distance_m = FAR_M if self.fit.distance_m is None else self.fit.distance_m
        open_order = self.open_order
        return self.as_of, POINTS_MAX - self.points, distance_m, open_order.start_at, open_order.order_id


@dataclass(frozen=True)
class Fitting:
    """An order, its service, why it stands where it stands, and the gate that bars the volunteer, if one does."""

    order: Order
    service: Service
    ranked: Ranked
    gate: Refusal | None
    is_offered: bool


@dataclass(frozen=True)
class FittingOrders:
    """Some orders, which gates bar the volunteer from how many of the others that were looked at, and the next page."""

    items: Sequence[Fitting]
    barred: list[Barred]
    next: str | None


FITTING: Sorted[Fitting] = Sorted(
    key=lambda fitting: fitting.ranked.key, parts=(an_instant, a_number, a_number, an_instant, an_id)
)


def match_orders(
    connection: Connection, volunteer: Person, query: Query, now: datetime, *, within_m: int, barred: bool
) -> FittingOrders:
    """Return a page of the open orders around a volunteer that every gate lets them take, or of the barred ones.

    Raises:
        ForbiddenError, PersonSuspendedError: who serves in nothing, or not now.
        CursorInvalidError: not a cursor of this list.
    """
    refuse_who_may_not_serve(volunteer)
    after = FITTING.after(query)
    search = _Search(connection, volunteer, now, as_of=after[0] if after else now)
    left = sorted((row for row in search.ranked(within_m) if after is None or row.key > after), key=lambda row: row.key)
    gates = GateCount()
    at_once = query["limit"] + 1
    judged = search.fitting(left, gates, at_once=at_once)
    rows = (fitting for fitting in judged if (fitting.gate is not None) == barred)
    page = FITTING.page(list(islice(rows, at_once)), query)
    return FittingOrders(page.rows, gates.in_words(), page.next)


class _Search:
    """What is known of a volunteer, asked once, and the orders around them."""

    def __init__(self, connection: Connection, volunteer: Person, now: datetime, *, as_of: datetime) -> None:
        self._connection, self._volunteer, self._now, self._as_of = connection, volunteer, now, as_of
        who = volunteer.person_id
        yesterday = local_date(now) - timedelta(days=1)
        history = store.read_history(connection, who, *ask_of(who), helped_until=as_of, taken_from=yesterday)
        self._helped, self._engaged = history.helped, history.engagements
        self._taken = {engagement.order_id for engagement in self._engaged}
        self._day_minutes = _minutes_by_day(self._engaged, as_of)
        self._served = cache(self._count_served)

    def ranked(self, within_m: int) -> Iterator[Ranked]:
        """Give what is open around, with its reasons; not what the volunteer has taken."""
        around = store.open_around(
            self._connection, self._volunteer, within_m=within_m, helped=self._helped, now=self._now
        )
        weighed, day_of = cache(self._weighed), cache(local_date)
        for order in around:
            if order.order_id not in self._taken:
                helped = self._helped.get(order.recipient_id, 0)
                minutes = self._day_minutes[day_of(order.start_at)]
                fit, reasons = weighed(order.district_id, order.square, helped, minutes, order.spoken)
                yield Ranked(order, fit, reasons, self._as_of)

    def _weighed(
        self, district_id: UUID, square: Place | None, helped: int, day_minutes: int, spoken: frozenset[str]
    ) -> tuple[Fit, tuple[Weighed, ...]]:
        home = self._volunteer.home
        policy = people_store.policy_on(self._connection, district_id, local_date(self._now))
        distance_m = steps_between(home, square) if home and square else None
        served, spoken_by_both = self._served(policy.match.fair_share_days), shared(self._volunteer.speaks, spoken)
        fit = Fit(distance_m, helped, served, day_minutes, spoken_by_both)
        return fit, weigh(policy, fit)

    def _count_served(self, days: int) -> int:
        since, until = self._as_of - timedelta(days=days), self._as_of
        return store.count_served(self._connection, self._volunteer.person_id, since=since, until=until)

    def fitting(self, ranked: Sequence[Ranked], gates: GateCount, *, at_once: int) -> Iterator[Fitting]:
        """Give the orders in their place with the gate that is shut, if one is; some at a time, in one trip."""
        for first in range(0, len(ranked), at_once):
            some = ranked[first : first + at_once]
            ids = [row.open_order.order_id for row in some]
            orders = {order.order_id: order for order in order_store.find_orders(self._connection, ids)}
            services = catalogue_store.services_of_versions(self._connection, set(map(_version, orders.values())))
            recipients = people_store.find_people(self._connection, {row.open_order.recipient_id for row in some})
            people = {recipient.person_id: recipient for recipient in recipients}
            yield from self._judged(some, orders, services, people, gates)

    def _judged(
        self,
        ranked: Iterable[Ranked],
        orders: Mapping[UUID, Order],
        services: Mapping[tuple[str, int], Service],
        people: Mapping[UUID, Person],
        gates: GateCount,
    ) -> Iterator[Fitting]:
        for row in ranked:
            order = orders[row.open_order.order_id]
            service = services[_version(order)]
            asking = Asking(order, service, (people[row.open_order.recipient_id],), self._now)
            gate = shut_gate(self._connection, asking, self._volunteer, is_busy=self._is_busy(order))
            if isinstance(gate, NotOpenToVolunteerError):
                continue  # Whom somebody does not want is not told so, here as little as elsewhere.
            if gate is not None:
                gates.barred[type(gate)] += 1
            offers = order.offers.open_at(self._now)
            is_offered = any(offer.to == self._volunteer.person_id for offer in offers)
            yield Fitting(order, service, row, gate, is_offered)

    def _is_busy(self, order: Order) -> bool:
        terms = order.terms
        return any(
            engagement.is_open and engagement.start_at < terms.end_at and engagement.end_at > terms.start_at
            for engagement in self._engaged
        )


def _minutes_by_day(engagements: Iterable[Engagement], as_of: datetime) -> Mapping[date, int]:
    minutes = Counter[date]()
    for engagement in engagements:
        if engagement.taken_at < as_of:
            minutes[local_date(engagement.start_at)] += engagement.minutes
    return minutes


def _version(order: Order) -> tuple[str, int]:
    return order.terms.service_code, order.terms.catalogue_version
