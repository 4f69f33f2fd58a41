"""Fill the database of orders: units, people, orders with what belongs to them, what falls due, books and visits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import psycopg

from libs.clock import local_date
from services.orders.core.rules.areas import square_of
from services.orders.core.rules.people import Place
from tests.scale.city import LISTED_EVERY, MILLIDEGREE_E6, NOW, PLACED_BEFORE, City, uid, uid_at
from tests.scale.copying import Row, copy

MINUTES = 60
BORN, INSURED_UNTIL, LISTED_ON = date(1950, 1, 1), date(2030, 1, 1), date(2026, 1, 5)
SERVED = frozenset({"finished", "confirmed", "settled", "disputed"})
TAKEN = SERVED | {"taken"}
PERSON = (
    "person_id, status, home_unit_id, district_id, born, sex, grade, hardship, household_verified, latitude_e6,"
    " longitude_e6, roles, training, clean_record, insured_until, certificates, visit_risk, visit_listed_on, known_to,"
    " speaks, area_latitude_e6, area_longitude_e6"
)
ORDER = (
    "order_id, district_id, unit_id, recipient_id, service_code, catalogue_version, planned_minutes, start_at, end_at,"
    " funding, persons, coefficient_percent, price_minutes, placed_by, placed_at, policy_version, state, payer_id, why,"
    " declined_code, published_at, no_taker_at, flags, approvers, settlement, issued_minutes, fallback, late_cancelled"
)
PART = (
    "order_id, volunteer_id, number, volunteer_district_id, taken_at, checked_in_at, in_device, code_right,"
    " metres_from_home, checked_out_at, out_device, was_ended"
)
RECORD = "record_id, person_id, recipient_id, order_id, kind, minutes, evidence_class, served_on, recorded_at"
COUNTED = "month, kind, at, subject_id, unit_id, number, credit_minutes, service_code, marks"
VISIT = "visit_id, person_id, how, outcome, visited_at, recorded_by, order_id"


def fill(connection: psycopg.Connection[Any], city: City) -> dict[str, int]:
    """Write a city; return how many rows each table has."""
    orders = range(city.orders)
    return {
        "unit": copy(connection, "unit", "unit_id, parent_id, level, district_id", city.units()),
        "person": copy(connection, "person", PERSON, (_person(city, n) for n in range(city.persons))),
        "orders": copy(connection, "orders", ORDER, (_order(city, n) for n in orders)),
        "assignment": copy(connection, "assignment", PART, _parts(city)),
        "confirmation": copy(connection, "confirmation", "order_id, confirmed_at, confirm_device", _words(city)),
        "order_step": copy(
            connection, "order_step", "order_id, number, verb, from_state, to_state, why, at", _steps(city)
        ),
        "counted": copy(connection, "counted", COUNTED, _counted(city)),
        "deadline": copy(connection, "deadline", "subject_id, kind, at", _deadlines(city)),
        "service_record": copy(connection, "service_record", RECORD, _records(city)),
        "visit": copy(connection, "visit", VISIT, _visits(city)),
        "incident": copy(connection, "incident", INCIDENT, _incidents(city)),
    }


def _person(city: City, n: int) -> Row:
    latitude, longitude = (MILLIDEGREE_E6 * degrees for degrees in city.home_millideg(n))
    area = square_of(Place(latitude, longitude))
    community, is_volunteer = city.community_of(n), city.is_volunteer(n)
    is_listed = not is_volunteer and n // city.communities % LISTED_EVERY == 1
    district = city.district_id(community)
    skills: Row = (is_volunteer, is_volunteer, INSURED_UNTIL if is_volunteer else None, [])
    listing: Row = ("high" if is_listed else "", LISTED_ON if is_listed else None, [], ["putonghua"])
    return (
        city.person_ids[n], "active", uid("community", community), district, BORN, "female" if n % 2 else "male",
        "intact", [], False, latitude, longitude, ["volunteer" if is_volunteer else "recipient"], *skills, *listing,
        area.latitude_e6, area.longitude_e6,
    )  # fmt: skip


def _order(city: City, n: int) -> Row:
    state, start, (recipient, _) = city.state_of(n), city.start_of(n), city.pair(n)
    community, funding, placed = city.community_of(recipient), city.funding_of(n), start - PLACED_BEFORE
    is_open, is_settled = state != "under_review", state == "settled"
    who = city.person_ids[recipient]
    return (
        city.order_ids[n], city.district_id(community), uid("community", community), who, "B1", 1,
        MINUTES, start, start + timedelta(minutes=MINUTES), funding, 1, 100, MINUTES, who, placed, 1, state,
        who if funding == "credit" else None, "", "", placed if is_open else None,
        placed + timedelta(hours=24) if is_open else None, [], [], int(is_settled),
        MINUTES if is_settled and funding == "programme" else 0, "", False,
    )  # fmt: skip


def _parts(city: City) -> Iterator[Row]:
    for n in range(city.orders):
        state, start = city.state_of(n), city.start_of(n)
        if state in TAKEN:
            recipient, volunteer = city.pair(n)
            end = start + timedelta(minutes=MINUTES) if state in SERVED else None
            begun = start if state in SERVED else None
            district = city.district_id(city.community_of(recipient))
            taken = start - timedelta(days=2)
            who = city.person_ids[volunteer]
            yield city.order_ids[n], who, 0, district, taken, begun, f"device{volunteer}", True, 10, end, "", False


def _words(city: City) -> Iterator[Row]:
    for n in range(city.orders):
        if city.state_of(n) in ("confirmed", "settled"):
            yield city.order_ids[n], city.start_of(n) + timedelta(hours=3), ""


def _steps(city: City) -> Iterator[Row]:
    for n in range(city.orders):
        state, start, of = city.state_of(n), city.start_of(n), city.order_ids[n]
        yield of, 1, "place", "draft", "published", "", start - PLACED_BEFORE
        if state != "published":
            yield of, 2, "settle", "published", state, "", start + timedelta(days=1)


def _counted(city: City) -> Iterator[Row]:
    for n in range(city.orders):
        start, (recipient, _) = city.start_of(n), city.pair(n)
        unit = uid("community", city.community_of(recipient))
        for kind, at, is_so in (
            ("taken", start - timedelta(days=2), city.state_of(n) in TAKEN),
            ("served", start + timedelta(days=1), city.state_of(n) == "settled"),
        ):
            if is_so:
                yield local_date(at).replace(day=1), kind, at, city.order_ids[n], unit, MINUTES, 0, "B1", []


def _deadlines(city: City) -> Iterator[Row]:
    for n in range(city.orders):
        kind = {"published": "expire", "finished": "silence"}.get(city.state_of(n))
        if kind:
            yield city.order_ids[n], kind, max(city.start_of(n), NOW) + timedelta(hours=40)


def _records(city: City) -> Iterator[Row]:
    for n in range(city.orders):
        if city.state_of(n) == "settled":
            (recipient, volunteer), start = city.pair(n), city.start_of(n)
            of, who = city.order_ids[n], city.person_ids[volunteer]
            at = start + timedelta(days=1)
            helped = city.person_ids[recipient]
            yield uid_at(at, "record", n), who, helped, of, "served", MINUTES, "verified", local_date(start), at


VISITS_EACH = 12


def _visits(city: City) -> Iterator[Row]:
    by = uid("visitor")
    for n in range(city.persons):
        if not city.is_volunteer(n) and n // city.communities % LISTED_EVERY == 1:
            for month in range(VISITS_EACH):
                at = NOW - timedelta(days=30 * month + n % 10)
                yield uid_at(at, "visit", n, month), city.person_ids[n], "door", "seen", at, by, None


INCIDENT = (
    "incident_id, kind, state, person_id, unit_id, district_id, words, opened_by, opened_at, why, outcome"
)  # fmt: skip
INCIDENT_EVERY = 2


def _incidents(city: City) -> Iterator[Row]:
    for n in range(0, city.persons, INCIDENT_EVERY):
        community, at = city.community_of(n), NOW - timedelta(hours=n // INCIDENT_EVERY % 1_000)
        district = city.district_id(community)
        state, who, unit = "closed" if n % 50 else "escalated", city.person_ids[n], uid("community", community)
        yield uid_at(at, "call", n), "urgent_call", state, who, unit, district, "", who, at, "", ""
