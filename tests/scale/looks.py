"""What people and clocks read, by name: every list, queue and due query, as a large city asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Connection

from libs.programme import directory
from services.orders import due as orders_due
from services.orders.core.rules.people import Place
from services.orders.core.store import order_store
from services.orders.incidents.store import OPEN_INCIDENTS
from services.orders.matching.usecases import match_volunteers
from services.orders.placing import store as placing
from services.orders.queues import store as queues
from services.orders.service_time import store as service_time
from services.orders.visits import store as visits
from tests.scale.city import MILLIDEGREE_E6, NOW, City, uid

Look = Callable[[Connection], object]
PAGE: Mapping[str, Any] = {"cursor": None, "limit": 50}
NEAR_M = 2_000


@dataclass(frozen=True)
class Asker:
    """Some whose lists are looked at: the middle of the city, so that nobody stands at an end of an index."""

    city: City

    @property
    def community(self) -> int:
        """A community in the middle."""
        return self.city.communities // 2

    @property
    def elder(self) -> int:
        """Somebody who is helped."""
        return self.community + self.city.communities

    @property
    def volunteer(self) -> int:
        """Somebody who helps."""
        return self.community + 3 * self.city.communities

    def units(self, level: str) -> list[Any]:
        """Return the units of somebody's role: a community, a district, the city."""
        own = {
            "community": uid("community", self.community),
            "district": uid("district", self.city.district_of(self.community)),
            "city": uid("city"),
        }
        return [own[level]]

    def open_order(self) -> Any:
        """Return an order of the community that is open to be taken."""
        city = self.city
        last = range(city.orders - 1, 0, -1)
        return next(
            UUID(city.order_ids[n])
            for n in last
            if city.state_of(n) == "published" and city.community_of(city.pair(n)[0]) == self.community
        )


def of_orders(city: City) -> dict[str, Look]:
    """Return the reads of orders by name."""
    asker = Asker(city)
    looks: dict[str, Look] = {}
    for level in ("community", "district", "city"):
        units = asker.units(level)
        looks[f"orders of a {level}"] = _orders(units=units)
        looks[f"orders of a {level}, this week"] = _orders(
            units=units, start_from=NOW - timedelta(days=3), start_before=NOW + timedelta(days=4)
        )
        looks[f"published orders of a {level}"] = _orders(units=units, state="published")
        for name in queues.QUEUES[:-1]:
            looks[f"queue {name} of a {level}"] = _queue(name, units)
        looks[f"incidents of a {level}"] = _incidents(units)
    latitude, longitude = (degrees * MILLIDEGREE_E6 for degrees in city.home_millideg(asker.elder))
    near = placing.Near(Place(latitude, longitude), NEAR_M)
    looks["orders open to all"] = _orders(open_to_all=True)
    looks["orders near me"] = _orders(open_to_all=True, near=near)
    looks["an elder's orders"] = _orders(whose=placing.Whose(city.person_id(asker.elder)))
    looks["a volunteer's orders"] = _orders(whose=placing.Whose(city.person_id(asker.volunteer)))
    looks["a relative's orders"] = _orders(
        whose=placing.Whose(uid("relative"), frozenset({city.person_id(asker.elder)}))
    )
    of = asker.open_order()
    looks["volunteers for an order"] = lambda c: _matches(c, of)
    looks["a volunteer's service record"] = lambda c: service_time.service_time(c, city.person_id(asker.volunteer), NOW)
    looks["visits of a community"] = lambda c: visits.VISIT_PLANS.page(
        visits.visit_plans(c, asker.units("community")[0], NOW), PAGE
    )
    looks["visit rate of a community"] = _visit_rate(asker.units("community")[0])
    looks["what is due in orders"] = lambda c: orders_due.next_due(c, NOW)
    return looks


def _orders(*, units: list[Any] | None = None, **words: Any) -> Look:
    def look(connection: Connection) -> object:
        below = directory.units_below(connection, units) if units else None
        return order_store.list_orders(connection, placing.ORDERS, PAGE, units=below, **words)

    return look


def _queue(name: str, units: list[Any]) -> Look:
    def look(connection: Connection) -> object:
        below = directory.units_below(connection, units)
        return order_store.list_orders(connection, queues.WAITING, PAGE, queue=name, units=below, now=NOW)

    return look


def _incidents(units: list[Any]) -> Look:
    return lambda c: OPEN_INCIDENTS.page(c, PAGE, units=directory.units_below(c, units))


def _matches(connection: Connection, of: Any) -> object:
    order = order_store.find_order(connection, of)
    assert order is not None
    return match_volunteers(connection, order, NOW)


def _visit_rate(unit_id: Any) -> Look:
    return lambda c: visits.visit_indicator(c, unit_id, month=NOW.date(), now=NOW)
