"""Fill the database of redemption: people, what was asked for, held and paid, and what it knows of orders."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg

from libs.clock import local_date
from tests.scale.city import PLACED_BEFORE, City, uid
from tests.scale.copying import Row, copy
from tests.scale.ledger import HELD, MINUTES
from tests.scale.orders import BORN

PERSON = "person_id, status, home_unit_id, district_id, born, grade, hardship, is_recipient, household_verified"
REDEMPTION = (
    "redemption_id, district_id, unit_id, recipient_id, payer_id, payer_district_id, service_code, planned_minutes,"
    " start_at, week, price_minutes, coefficient_percent, persons, requested_by, policy_version, requested_at, state,"
    " hold, decided_at"
)
PLACED = "order_id, district_id, recipient_id, service_code, planned_minutes, funding, under_review"


def fill(connection: psycopg.Connection[Any], city: City) -> dict[str, int]:
    """Write a city; return how many rows each table has."""
    return {
        "unit": copy(connection, "unit", "unit_id, parent_id, level, district_id", city.units()),
        "person": copy(connection, "person", PERSON, (_person(city, n) for n in range(city.persons))),
        "redemption": copy(connection, "redemption", REDEMPTION, _redemptions(city)),
        "capture": copy(connection, "capture", "redemption_id, settlement, paid_minutes", _captures(city)),
        "order_placed": copy(connection, "order_placed", PLACED, _placed(city)),
        "service_minutes": copy(
            connection, "service_minutes", "order_id, settlement, person_id, minutes", _minutes(city)
        ),
    }


def _person(city: City, n: int) -> Row:
    community = city.community_of(n)
    where = uid("community", community), city.district_id(community)
    return city.person_ids[n], "active", *where, BORN, "intact", [], not city.is_volunteer(n), False


def _redemptions(city: City) -> Iterator[Row]:
    for n in range(city.orders):
        if city.funding_of(n) == "credit":
            state, start, (recipient, _) = city.state_of(n), city.start_of(n), city.pair(n)
            community, who = city.community_of(recipient), city.person_ids[recipient]
            is_held = state in HELD
            became = "fulfilled" if state == "settled" else "held" if is_held else "requested"
            became = "cancelled" if state in ("cancelled", "expired") else became
            hold = "placed" if is_held else "none" if state == "under_review" else "ended"
            district, asked = city.district_id(community), start - PLACED_BEFORE
            yield (
                city.order_ids[n], district, uid("community", community), who, who, district, "B1", MINUTES, start,
                local_date(start - timedelta(days=start.weekday())), MINUTES, 100, 1, who, 1, asked, became, hold,
                None if became == "requested" else asked,
            )  # fmt: skip


def _captures(city: City) -> Iterator[Row]:
    for n in range(city.orders):
        if city.funding_of(n) == "credit" and city.state_of(n) == "settled":
            yield city.order_ids[n], 1, MINUTES


def _placed(city: City) -> Iterator[Row]:
    for n in range(city.orders):
        recipient, _ = city.pair(n)
        district = city.district_id(city.community_of(recipient))
        waits = city.state_of(n) == "under_review"
        yield city.order_ids[n], district, city.person_ids[recipient], "B1", MINUTES, city.funding_of(n), waits


def _minutes(city: City) -> Iterator[Row]:
    for n in range(city.orders):
        if city.state_of(n) == "settled":
            yield city.order_ids[n], 1, city.person_ids[city.pair(n)[1]], MINUTES
