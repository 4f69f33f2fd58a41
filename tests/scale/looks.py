"""What people and clocks read, by name: every list, queue and due query, as a large city asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Connection

from libs.clock import local_date, to_microseconds
from libs.http.lists import Listing
from libs.programme import directory
from services.accounts import due as accounts_due
from services.accounts.complaints.store import COMPLAINTS
from services.accounts.persons.store import PERSONS
from services.accounts.privacy.store import VIEWS
from services.ledger import due as ledger_due
from services.ledger.domain.closing import FIRST_MONTH, Month
from services.ledger.domain.wallets import WalletKey, class_of, wallet_id
from services.ledger.queries import explanations, statements, supply_months, wallets
from services.ledger.store import closing_store, due_store, proposal_store, sums_store
from services.ledger.store.leaves import find_book
from services.orders import due as orders_due
from services.orders.core.rules.people import Place
from services.orders.core.store import order_store, people_store
from services.orders.incidents.store import OPEN_INCIDENTS
from services.orders.indicators import store as figures
from services.orders.matching.usecases.match_orders import match_orders
from services.orders.matching.usecases.match_volunteers import match_volunteers
from services.orders.placing import store as placing
from services.orders.queues.store import queues
from services.orders.service_time import store as service_time
from services.orders.visits import store as visits
from services.redemption import bootstrap as redemption_due
from services.redemption.requests.queries import REDEMPTIONS
from tests.scale import ledger
from tests.scale.city import MILLIDEGREE_E6, NOW, City, uid

Look = Callable[[Connection], object]
PAGE: Mapping[str, Any] = {"cursor": None, "limit": 50}
NEAR_M = 2_000
THIS_MONTH = local_date(NOW).replace(day=1)


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
        looks[f"rows of a figure of a {level}"] = partial(
            _page, figures.COUNTED, unit=units[0], month=THIS_MONTH, indicator="fill_rate"
        )
    looks["figures of a community"] = lambda c: figures.sums_of(c, asker.units("community"), [THIS_MONTH], NOW)
    looks["volunteers of a community"] = partial(
        _page, figures.REGISTERED_NOW, unit=asker.units("community")[0], indicator="volunteers_trained"
    )
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
    looks["orders for a volunteer"] = lambda c: _fitting(c, city.person_id(asker.volunteer))
    looks["a volunteer's service record"] = lambda c: service_time.service_time(c, city.person_id(asker.volunteer), NOW)
    looks["visits of a community"] = lambda c: visits.VISIT_PLANS.page(
        visits.visit_plans(c, asker.units("community")[0], NOW), PAGE
    )
    looks["visit rate of a community"] = _visit_rate(asker.units("community")[0])
    looks["what is due in orders"] = lambda c: orders_due.next_due(c, NOW)
    return looks


def of_ledger(city: City) -> dict[str, Look]:
    """Return the reads of the ledger by name."""
    asker, looks = Asker(city), dict[str, Look]()
    for who, person in (("an elder", asker.elder), ("a volunteer", asker.volunteer)):
        owner, public = city.person_id(person), _public_wallet(city, person)
        looks[f"{who}'s wallets"] = partial(wallets.wallets_of_owner, owner=owner, after=0, limit=50)
        looks[f"{who}'s balance"] = partial(wallets.find_wallet, wallet_id=public)
        looks[f"{who}'s balance explained"] = partial(explanations.explain_balance, wallet=public)
        looks[f"{who}'s statement of a month"] = partial(
            statements.statement_of,
            person_id=owner,
            from_us=to_microseconds(NOW - timedelta(days=30)),
            to_us=to_microseconds(NOW),
            by="recorded",
        )
    for level in ("community", "district", "city"):
        looks[f"wallets of a {level}"] = _wallets(asker.units(level))
        looks[f"proposals of a {level}"] = _proposals(asker.units("district"))
    looks["supply"] = supply_months.supply
    looks["supply by months"] = lambda c: supply_months.SupplyHistory().rows(lambda: nullcontext(c), NOW)
    looks["what is due in the ledger"] = lambda c: ledger_due.next_due(c, NOW)
    own = asker.units("district")[0]
    month = Month(NOW.date().replace(day=1))
    looks["sums of a month that is closed"] = lambda c: _closing(c, own, month)
    looks["500 whose grants end"] = _granted(asker.units("district")[0])
    return looks


def _public_wallet(city: City, person: int) -> UUID:
    district, number = city.district_id(city.community_of(person)), ledger.wallet_of(city, person)
    return UUID(bytes=wallet_id(WalletKey(district.bytes, city.person_id(person).bytes, class_of(number))))


def _wallets(units: list[Any]) -> Look:
    return lambda c: wallets.wallets_in_units(c, directory.units_below(c, units), after=wallets.Place(), limit=51)


def _proposals(districts: list[Any]) -> Look:
    kinds = ["pool_funding", "migration", "reversal"]
    return lambda c: proposal_store.open_proposals(c, kinds, districts=districts, since=0, after=UUID(int=0), limit=50)


def _closing(connection: Connection, district_id: UUID, month: Month) -> object:
    book = find_book(connection, district_id)
    assert book is not None
    last = closing_store.last_before(connection, book.book, to_microseconds(month.ends_at))
    return last, sums_store.sums_of(connection, book.book, Month.parse(FIRST_MONTH).first_day, month.first_day)


def _granted(district_id: UUID) -> Look:
    return lambda c: due_store.granted_people(c, district_id, after=UUID(int=0), limit=ledger_due.PERSONS_AT_ONCE)


def of_redemption(city: City) -> dict[str, Look]:
    """Return the reads of redemption by name."""
    asker, looks = Asker(city), dict[str, Look]()
    looks["an elder's redemptions"] = lambda c: REDEMPTIONS.page(c, PAGE, person=city.person_id(asker.elder))
    for level in ("community", "district", "city"):
        looks[f"redemptions of a {level}"] = partial(_page, REDEMPTIONS, unit=asker.units(level)[0])
        looks[f"redemptions held in a {level}"] = partial(_page, REDEMPTIONS, unit=asker.units(level)[0], state="held")
    looks["what is due in redemption"] = lambda c: redemption_due.next_due(c, NOW)
    return looks


def of_accounts(city: City) -> dict[str, Look]:
    """Return the reads of accounts by name."""
    asker, looks = Asker(city), dict[str, Look]()
    for level in ("community", "district", "city"):
        unit = asker.units(level)[0]
        looks[f"people of a {level}"] = partial(_page, PERSONS, within=[unit])
        looks[f"volunteers of a {level}"] = partial(_page, PERSONS, within=[unit], role="volunteer")
        looks[f"complaints of a {level}"] = partial(_page, COMPLAINTS, unit=unit)
        looks[f"open complaints of a {level}"] = partial(_page, COMPLAINTS, unit=unit, state="open")
    looks["who looked at an elder"] = partial(_page, VIEWS, person=city.person_id(asker.elder))
    looks["what is due in accounts"] = lambda c: accounts_due.next_due(c, NOW)
    return looks


def _page(listing: Listing, connection: Connection, **words: Any) -> object:
    return listing.page(connection, PAGE, **words)


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


def _fitting(connection: Connection, of: Any) -> object:
    volunteer = people_store.load_person(connection, of)
    return match_orders(connection, volunteer, PAGE, NOW, within_m=NEAR_M, barred=False)


def _visit_rate(unit_id: Any) -> Look:
    return lambda c: visits.visit_indicator(c, unit_id, month=NOW.date(), now=NOW)
