"""What can be read: plain SQL, no lock, no rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from libs.clock import local_date
from libs.db import Connection
from services.orders.domain import visits
from services.orders.domain.areas import METRES_PER_DEGREE, shrinking, square_of, steps_between
from services.orders.domain.catalogue import Service
from services.orders.domain.honours import stars_of
from services.orders.domain.life_cycle import State
from services.orders.domain.order import Order
from services.orders.domain.people import MICRODEGREES, Person, Place
from services.orders.domain.policy import Policy
from services.orders.store import book_store, order_store, people_store, visit_store
from services.orders.store.tables import (
    assignment,
    catalogue_item,
    incident,
    order_step,
    orders,
    person,
    reversal,
    service_record,
    slip_range,
    visit,
)

Row = dict[str, Any]
QUEUES = ("review", "approval", "second_check", "dispute", "no_taker", "urgent")
RECORDS_MAX = 200
STEPS_MAX = 200


@dataclass(frozen=True)
class OrderFilter:
    """Which orders to list; `unit_ids` None = everywhere."""

    unit_ids: Sequence[UUID] | None = None
    state: str | None = None
    person_id: UUID | None = None
    # With a person: also what that person placed for one of these.
    placed_for: frozenset[UUID] = frozenset()
    near: Place | None = None
    within_m: int = 3000
    start_from: datetime | None = None
    start_before: datetime | None = None


def list_orders(connection: Connection, wanted: OrderFilter, *, after: Sequence[Any] | None, limit: int) -> list[Order]:
    """Return up to `limit` + 1 orders by planned start."""
    query = sa.select(orders)
    if wanted.unit_ids is not None:
        query = query.where(orders.c.unit_id.in_(list(wanted.unit_ids)))
    if wanted.state:
        query = query.where(orders.c.state == wanted.state)
    if wanted.person_id:
        placed = (orders.c.placed_by == wanted.person_id) & orders.c.acting_for.in_(wanted.placed_for)
        query = query.where(_concerns(wanted.person_id) | placed)
    if wanted.near:
        query = query.where(orders.c.recipient_id.in_(_living_near(wanted.near, wanted.within_m)))
    if wanted.start_from:
        query = query.where(orders.c.start_at >= wanted.start_from)
    if wanted.start_before:
        query = query.where(orders.c.start_at < wanted.start_before)
    return order_store.load_orders(connection, _page(query, after, limit))


def _page(query: sa.Select[Any], after: Sequence[Any] | None, limit: int) -> sa.Select[Any]:
    if after:
        key = sa.tuple_(orders.c.start_at, orders.c.order_id)
        query = query.where(key > sa.tuple_(*after))
    return query.order_by(orders.c.start_at, orders.c.order_id).limit(limit + 1)


def _concerns(person_id: UUID) -> sa.ColumnElement[bool]:
    mine = sa.select(assignment.c.order_id).where(assignment.c.volunteer_id == person_id)
    return (
        (orders.c.recipient_id == person_id)
        | (orders.c.payer_id == person_id)
        | (orders.c.offered_to == person_id)
        | orders.c.order_id.in_(mine)
    )


def _living_near(near: Place, within_m: int) -> sa.Select[Any]:
    """Return who lives in a square of the grid whose middle is near that of the place's own square.

    No number of questions tells more of a home than its square.
    """
    middle, shrunk = square_of(near), shrinking(near.latitude_e6)
    span_e6 = within_m * MICRODEGREES // METRES_PER_DEGREE
    up = sa.cast(person.c.area_latitude_e6 - middle.latitude_e6, sa.Float)
    across = sa.cast(person.c.area_longitude_e6 - middle.longitude_e6, sa.Float) * shrunk
    return sa.select(person.c.person_id).where(
        person.c.area_latitude_e6.between(middle.latitude_e6 - span_e6, middle.latitude_e6 + span_e6),
        up * up + across * across <= span_e6 * span_e6,
    )


def steps_from(connection: Connection, near: Place, found: Sequence[Order]) -> dict[UUID, int | None]:
    """Return how far each order's recipient lives from a place, in steps; None where it is not known or very far."""
    people = people_store.find_people(connection, {order.recipient_id for order in found})
    homes = {known.person_id: known.home for known in people if known.home is not None}
    return {order.order_id: _steps(near, homes.get(order.recipient_id)) for order in found}


def _steps(near: Place, home: Place | None) -> int | None:
    return None if home is None else steps_between(near, home)


def queue_orders(
    connection: Connection,
    name: str,
    *,
    unit_ids: Sequence[UUID],
    now: datetime,
    after: Sequence[Any] | None,
    limit: int,
) -> list[Order]:
    """Return up to `limit` + 1 orders that wait in a queue."""
    is_signed = sa.func.cardinality(orders.c.approvers) > 0
    waits = {
        "review": orders.c.state == State.UNDER_REVIEW.value,
        "approval": sa.and_(orders.c.state == State.CONFIRMED.value, sa.not_(is_signed)),
        "second_check": sa.and_(orders.c.state == State.CONFIRMED.value, is_signed),
        "dispute": orders.c.state == State.DISPUTED.value,
        "no_taker": sa.and_(orders.c.state == State.PUBLISHED.value, orders.c.no_taker_at <= now),
    }[name]
    query = sa.select(orders).where(waits, orders.c.unit_id.in_(list(unit_ids)))
    return order_store.load_orders(connection, _page(query, after, limit))


def open_incidents(
    connection: Connection, *, unit_ids: Sequence[UUID], after: Sequence[Any] | None, limit: int
) -> list[Row]:
    """Return up to `limit` + 1 incidents that people must look at, oldest first."""
    query = sa.select(incident).where(incident.c.state == "escalated", incident.c.unit_id.in_(list(unit_ids)))
    if after:
        query = query.where(sa.tuple_(incident.c.opened_at, incident.c.incident_id) > sa.tuple_(*after))
    rows = connection.execute(query.order_by(incident.c.opened_at, incident.c.incident_id).limit(limit + 1))
    return [dict(row) for row in rows.mappings()]


def steps_of(connection: Connection, order_id: UUID) -> list[Row]:
    """Return what was done to an order, by whom and when."""
    query = sa.select(order_step).where(order_step.c.order_id == order_id).order_by(order_step.c.number)
    return [dict(row) for row in connection.execute(query.limit(STEPS_MAX)).mappings()]


def reversals_of(connection: Connection, order_id: UUID) -> list[Row]:
    """Return the proposed and decided reversals of an order."""
    query = sa.select(reversal).where(reversal.c.order_id == order_id).order_by(reversal.c.proposed_at)
    return [dict(row) for row in connection.execute(query.limit(STEPS_MAX)).mappings()]


def find_order(connection: Connection, order_id: UUID) -> Order | None:
    """Return the order, or None."""
    return order_store.find_order(connection, order_id)


def decided(connection: Connection, order_ids: Iterable[UUID]) -> dict[UUID, Row]:
    """Return those of the orders about whose funding there is an answer."""
    query = sa.select(orders.c.order_id, orders.c.state).where(
        orders.c.order_id.in_(list(order_ids)), orders.c.state != State.AWAITING_FUNDING.value
    )
    return {row.order_id: {"state": row.state} for row in connection.execute(query)}


def policy_of_order(connection: Connection, order: Order) -> Policy:
    """Return the rules that bind an order."""
    version = order.service_policy_version or order.policy_version
    return people_store.policy_version(connection, order.district_id, version)


def path_of(connection: Connection, unit_id: UUID) -> list[UUID]:
    """Return the unit and those above it."""
    return people_store.path_of(connection, unit_id)


def city_units(connection: Connection) -> list[UUID]:
    """Return the root of the tree."""
    return people_store.city_units(connection)


def units_below(connection: Connection, unit_ids: Iterable[UUID]) -> list[UUID]:
    """Return the units and all below them."""
    return people_store.units_below(connection, unit_ids)


def find_person(connection: Connection, person_id: UUID) -> Person | None:
    """Return what is known of a person."""
    return people_store.find_person(connection, person_id)


def seen_by(connection: Connection, relative_id: UUID, day: date) -> frozenset[UUID]:
    """Return the people whose orders somebody may see as a relative with a grant."""
    return people_store.seen_by(connection, relative_id, day)


def signing_keys(connection: Connection) -> dict[str, bytes]:
    """Return the public keys that tokens may be signed with."""
    return people_store.signing_keys(connection)


def catalogue_on(connection: Connection, day: date) -> list[Service]:
    """Return the newest version of each service in force on a day."""
    in_force = sa.select(catalogue_item).where(catalogue_item.c.effective <= day)
    rows = connection.execute(in_force.order_by(catalogue_item.c.code, catalogue_item.c.version)).mappings()
    newest = {row["code"]: people_store.service_of_columns(row) for row in rows}
    return list(newest.values())


def service_time(connection: Connection, person_id: UUID, now: datetime) -> Row:
    """Return a person's service-time book: sums, stars, marks, and the newest lines."""
    time = book_store.service_time_of(connection, person_id)
    known = people_store.find_person(connection, person_id)
    lines = sa.select(service_record).where(service_record.c.person_id == person_id)
    newest = lines.order_by(service_record.c.recorded_at.desc(), service_record.c.record_id).limit(RECORDS_MAX)
    return {
        "person_id": person_id,
        "total_minutes": time.total_minutes,
        "verified_minutes": time.verified_minutes,
        "attested_minutes": time.attested_minutes,
        "star": _star(connection, known, time.total_minutes, now),
        "marks": book_store.marks_of(connection, person_id, now),
        "items": [dict(row) for row in connection.execute(newest).mappings()],
    }


def _star(connection: Connection, known: Person | None, total_minutes: int, now: datetime) -> int:
    if known is None:
        return 0
    policy = people_store.policy_on(connection, known.district_id, local_date(now))
    return stars_of(policy, total_minutes)


def visit_indicator(connection: Connection, unit_id: UUID, *, month: date, now: datetime) -> Row:
    """Return the monthly visit rate of a unit, and who is overdue today."""
    today = local_date(now)
    listed = visit_store.listed_people(connection, people_store.units_below(connection, [unit_id]), now)
    policies = {d: people_store.policy_on(connection, d, today) for d in {entry.district_id for entry in listed}}
    days = {entry.person_id: visits.interval_days(policies[entry.district_id], entry.risk) for entry in listed}
    monthly = [entry for entry in listed if visits.counts_monthly(days[entry.person_id])]
    visited = sum(1 for entry in monthly if visits.was_seen_in(month, entry.seen_on))
    overdue = [
        entry.person_id
        for entry in listed
        if visits.is_overdue(listed_on=entry.listed_on, seen_on=entry.seen_on, days=days[entry.person_id], today=today)
    ]
    return {
        "unit_id": unit_id,
        "month": f"{month:%Y-%m}",
        "listed": len(monthly),
        "visited": visited,
        "rate_percent": visits.rate_percent(listed=len(monthly), visited=visited),
        "overdue": overdue,
    }


def visit_plans(
    connection: Connection, unit_id: UUID, now: datetime, *, after: tuple[date, UUID] | None = None
) -> list[Row]:
    """Return who of a unit is on the visit list, with the last day seen and the last day by which to be seen again."""
    today = local_date(now)
    rows = []
    for entry in visit_store.listed_people(connection, people_store.units_below(connection, [unit_id]), now):
        policy = people_store.policy_on(connection, entry.district_id, today)
        days = visits.interval_days(policy, entry.risk)
        last_on = max(entry.seen_on, default=None)
        due_on = visits.due_on(listed_on=entry.listed_on, seen_on=entry.seen_on, days=days)
        row = {"person_id": entry.person_id, "risk": entry.risk, "interval_days": days, "listed_on": entry.listed_on}
        rows.append(row | {"last_seen_on": last_on, "due_on": due_on, "is_overdue": today > due_on})
    ordered = sorted(rows, key=_due_first)
    return [row for row in ordered if after is None or _due_first(row) > after]


def _due_first(row: Row) -> tuple[date, UUID]:
    return row["due_on"], row["person_id"]


def find_incident(connection: Connection, incident_id: UUID) -> Row | None:
    """Return an incident, or None."""
    found = book_store.find_incident(connection, incident_id)
    return dict(found) if found else None


def find_certificate(connection: Connection, certificate_id: UUID) -> Row | None:
    """Return a certificate, or None."""
    found = book_store.find_certificate(connection, certificate_id)
    return dict(found) if found else None


def find_visit(connection: Connection, visit_id: UUID) -> Row | None:
    """Return a visit, or None."""
    found = connection.execute(sa.select(visit).where(visit.c.visit_id == visit_id)).mappings().first()
    return dict(found) if found else None


def slips_of(connection: Connection, unit_id: UUID) -> list[Row]:
    """Return the ranges of slips issued to a unit."""
    query = sa.select(slip_range).where(slip_range.c.unit_id == unit_id).order_by(slip_range.c.first_number)
    return [dict(row) for row in connection.execute(query.limit(RECORDS_MAX)).mappings()]
