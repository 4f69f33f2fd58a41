"""Who might help with an order and whom a volunteer might help, the nearest first; and what they did before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import ARRAY

from libs.clock import local_date, local_midnight
from libs.db.driver import pipelined
from libs.db.prepared import Prepared
from libs.programme.words import PersonStatus, Role
from services.orders.core.rules.areas import STEPS_M, around
from services.orders.core.rules.life_cycle import State
from services.orders.core.rules.order import Order
from services.orders.core.rules.people import Person, Place
from services.orders.core.store import order_store, people_store
from services.orders.core.store.facts import Ask
from services.orders.core.store.order_store import OCCUPYING_STATES
from services.orders.core.store.people_store import distance_squared, lives_around
from services.orders.core.store.rows import place_of
from services.orders.core.store.tables import assignment, orders, person
from services.orders.matching.rules.planning import Stay

CANDIDATES_MAX = 500
ORDERS_MAX = 200
CIRCLES_M = (500, 1_000, 2_000)


@dataclass(frozen=True)
class Candidate:
    """A volunteer, how often they helped this recipient, and how much they serve at all."""

    person: Person
    helped_before: int
    served_lately: int
    day_minutes: int


def candidates_of(connection: Connection, order: Order, home: Place | None, *, since: datetime) -> list[Candidate]:
    """Return active volunteers of the order's district: who helped its recipient before, and those who live nearest.

    Beside who helped before at most CANDIDATES_MAX; `home` is the recipient's; what was served is counted `since`.
    """
    helped = times_helped(connection, [order.recipient_id] if order.recipient_id else [])
    mine = {volunteer: times for (_, volunteer), times in helped.items()}
    before = connection.scalars(_of_district(order.district_id).where(person.c.person_id.in_(list(mine))))
    near = _nearest(connection, order.district_id, home) if home else []
    ids: list[UUID] = list(dict.fromkeys([*before, *near]))
    if len(near) < CANDIDATES_MAX:
        ids += _anywhere(connection, order.district_id, but=ids)
    served = times_served(connection, ids, since=since)
    day = local_date(order.terms.start_at)
    busy = minutes_taken(connection, ids, day, day + timedelta(days=1))
    return [
        Candidate(who, mine.get(who.person_id, 0), served.get(who.person_id, 0), busy.get(who.person_id, 0))
        for who in people_store.find_people(connection, ids)
    ]


def _of_district(district_id: UUID) -> sa.Select[tuple[UUID]]:
    return sa.select(person.c.person_id).where(
        person.c.district_id == district_id,
        person.c.status == sa.literal_column(f"'{PersonStatus.ACTIVE.value}'"),
        person.c.roles.contains(sa.literal_column(f"'{{{Role.VOLUNTEER.value}}}'::text[]")),
    )


def _nearest(connection: Connection, district_id: UUID, home: Place) -> list[UUID]:
    """Look in wider and wider circles, until one has enough of them."""
    nearest: list[UUID] = []
    for within_m in STEPS_M:
        squares = around(home, within_m)
        query = _of_district(district_id).where(*lives_around(squares))
        by_distance = query.order_by(distance_squared(squares), person.c.person_id).limit(CANDIDATES_MAX)
        nearest = list(connection.scalars(by_distance))
        if len(nearest) == CANDIDATES_MAX:
            break
    return nearest


def _anywhere(connection: Connection, district_id: UUID, *, but: list[UUID]) -> list[UUID]:
    """Fill up with those of whom no place is known, or a very far one."""
    query = _of_district(district_id).where(person.c.person_id.not_in(but))
    places = (person.c.area_latitude_e6.desc(), person.c.area_longitude_e6.desc())
    return list(connection.scalars(query.order_by(*places).limit(max(0, CANDIDATES_MAX - len(but)))))


def times_helped(connection: Connection, recipient_ids: Iterable[UUID]) -> dict[tuple[UUID, UUID], int]:
    """Return how often who helped whom: by recipient and volunteer."""
    query = (
        sa.select(orders.c.recipient_id, assignment.c.volunteer_id, sa.func.count())
        .join(orders, orders.c.order_id == assignment.c.order_id)
        .where(orders.c.recipient_id.in_(list(recipient_ids)), assignment.c.checked_out_at.is_not(None))
        .group_by(orders.c.recipient_id, assignment.c.volunteer_id)
    )
    return {(row[0], row[1]): row[2] for row in connection.execute(query)}


def times_served(connection: Connection, volunteer_ids: Iterable[UUID], *, since: datetime) -> dict[UUID, int]:
    """Return how often each of these volunteers has served since an instant."""
    query = (
        sa.select(assignment.c.volunteer_id, sa.func.count())
        .where(assignment.c.volunteer_id.in_(list(volunteer_ids)), assignment.c.checked_out_at >= since)
        .group_by(assignment.c.volunteer_id)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def count_served(connection: Connection, volunteer_id: UUID, *, since: datetime, until: datetime) -> int:
    """Return how often a volunteer has served from an instant until another."""
    mine = (assignment.c.volunteer_id == volunteer_id, assignment.c.checked_out_at.between(since, until))
    return connection.execute(sa.select(sa.func.count()).where(*mine)).scalar_one()


def minutes_taken(connection: Connection, volunteer_ids: Iterable[UUID], first: date, end: date) -> dict[UUID, int]:
    """Return the planned minutes that each of these has taken or served, from a local day to before another."""
    query = (
        sa.select(assignment.c.volunteer_id, sa.func.sum(orders.c.planned_minutes))
        .join(orders, orders.c.order_id == assignment.c.order_id)
        .where(*_taken_by(volunteer_ids, first, end))
        .group_by(assignment.c.volunteer_id)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def _taken_by(volunteer_ids: Iterable[UUID], first: date, end: date) -> list[sa.ColumnElement[bool]]:
    since = local_midnight(first)
    is_open = assignment.c.checked_out_at.is_(None) & orders.c.state.in_(OCCUPYING_STATES)
    return [
        assignment.c.volunteer_id.in_(list(volunteer_ids)),
        is_open | (assignment.c.checked_out_at >= since),
        orders.c.start_at >= since,
        orders.c.start_at < local_midnight(end),
    ]


def stays_of(connection: Connection, volunteer_ids: Iterable[UUID], day: date) -> dict[UUID, list[Stay]]:
    """Return where each of these is on a day, by the orders that they have taken; not where no home is known."""
    query = (
        sa.select(
            assignment.c.volunteer_id, orders.c.start_at, orders.c.end_at, person.c.latitude_e6, person.c.longitude_e6
        )
        .join(orders, orders.c.order_id == assignment.c.order_id)
        .join(person, person.c.person_id == orders.c.recipient_id)
        .where(*_taken_by(volunteer_ids, day, day + timedelta(days=1)))
    )
    stays: dict[UUID, list[Stay]] = {}
    for row in connection.execute(query):
        home = place_of(row.latitude_e6, row.longitude_e6)
        if home is not None:
            stays.setdefault(row.volunteer_id, []).append(Stay(row.start_at, row.end_at, home))
    return stays


def open_orders(
    connection: Connection, unit_ids: Iterable[UUID], day: date, *, now: datetime, most: int
) -> list[Order]:
    """Return the help of a day that is open to be taken and has not begun, by start; at most so many orders.

    A round is one volunteer's way already: it is offered as a whole.
    """
    query = (
        sa.select(orders.c.order_id)
        .where(
            orders.c.state == State.PUBLISHED.value,
            orders.c.recipient_id.is_not(None),
            orders.c.unit_id.in_(list(unit_ids)),
            orders.c.start_at >= max(now, local_midnight(day)),
            orders.c.start_at < local_midnight(day + timedelta(days=1)),
        )
        .order_by(orders.c.start_at, orders.c.order_id)
        .limit(most)
    )
    listed = order_store.find_orders(connection, connection.scalars(query))
    return sorted(listed, key=lambda order: (order.terms.start_at, order.order_id))


def volunteers_around(connection: Connection, district_id: UUID, homes: Sequence[Place], *, each: int) -> set[UUID]:
    """Return the active volunteers of a district who live nearest to some homes: about so many for each home.

    They are looked at square by square; of the last square that is needed all are taken.
    """
    corners = [around(home, STEPS_M[-3]) for home in homes]
    if not corners:
        return set()
    rows = [row for corner in corners for row in (corner.rows_e6[0], corner.rows_e6[-1])]
    columns = [column for corner in corners for column in corner.across_e6]
    square = (person.c.area_latitude_e6, person.c.area_longitude_e6)
    query = _of_district(district_id).with_only_columns(*square, sa.func.array_agg(person.c.person_id))
    in_box = (square[0].between(min(rows), max(rows)), square[1].between(min(columns), max(columns)))
    squares = [(Place(row[0], row[1]), row[2]) for row in connection.execute(query.where(*in_box).group_by(*square))]
    nearest: set[UUID] = set()
    for middle in {corner.middle for corner in corners}:
        count = 0
        for _, ids in sorted(squares, key=lambda entry: (middle.metres_to(entry[0]), entry[0].latitude_e6)):
            nearest.update(ids)
            count += len(ids)
            if count >= each:
                break
    return nearest


def active_of(connection: Connection, district_id: UUID, person_ids: Iterable[UUID]) -> set[UUID]:
    """Return those of some people who are active volunteers of a district."""
    return set(connection.scalars(_of_district(district_id).where(person.c.person_id.in_(list(person_ids)))))


@dataclass(frozen=True)
class OpenOrder:
    """An order that is open to be taken, and in which square of the grid its recipient lives."""

    order_id: UUID
    district_id: UUID
    recipient_id: UUID
    start_at: datetime
    square: Place | None
    spoken: frozenset[str]
    """What its recipient speaks."""


@dataclass(frozen=True)
class Engagement:
    """What a volunteer has taken or served of late."""

    order_id: UUID
    start_at: datetime
    end_at: datetime
    minutes: int
    taken_at: datetime
    is_open: bool


_OPEN = (
    sa.select(
        orders.c.order_id,
        orders.c.district_id,
        orders.c.recipient_id,
        orders.c.start_at,
        person.c.area_latitude_e6,
        person.c.area_longitude_e6,
        person.c.speaks,
    )
    .select_from(person.join(orders, orders.c.recipient_id == person.c.person_id))
    .where(orders.c.state == sa.literal_column(f"'{State.PUBLISHED.value}'"))
)
"""As the index of what is open says it."""
_BY_START = (orders.c.start_at, orders.c.order_id)


def open_around(
    connection: Connection, volunteer: Person, *, within_m: int, helped: Iterable[UUID], now: datetime
) -> list[OpenOrder]:
    """Return what is open around a volunteer's home, and whatever is offered to them or asked for by who was `helped`.

    Of what is around at most ORDERS_MAX, the nearest; where no home is known, the next of the district.
    """
    begins_later = orders.c.start_at > now
    offered = sa.select(orders.c.order_id).where(
        orders.c.offers_to.contains([volunteer.person_id]),
        sa.func.cardinality(orders.c.offers_to) > sa.literal_column("0"),
    )
    again = sa.select(orders.c.order_id).where(
        orders.c.recipient_id.in_(list(helped)), orders.c.state == sa.literal_column(f"'{State.PUBLISHED.value}'")
    )
    sure = _open_orders(connection, _OPEN.where(orders.c.order_id.in_(sa.union(offered, again)), begins_later))
    if volunteer.home is None:
        query = _OPEN.where(orders.c.district_id == volunteer.district_id, begins_later).order_by(*_BY_START)
        around_here = _open_orders(connection, query.limit(ORDERS_MAX))
    else:
        around_here = _open_near(connection, volunteer.home, within_m=within_m, now=now)
    return list({order.order_id: order for order in [*sure, *around_here]}.values())


def _open_near(connection: Connection, home: Place, *, within_m: int, now: datetime) -> list[OpenOrder]:
    """Look next door first; further only where that is not enough."""
    nearest: list[OpenOrder] = []
    for circle_m in sorted({*(circle_m for circle_m in CIRCLES_M if circle_m < within_m), within_m}):
        squares = around(home, circle_m)
        query = _OPEN.where(*lives_around(squares), orders.c.start_at > now)
        by_distance = query.order_by(distance_squared(squares), *_BY_START).limit(ORDERS_MAX)
        nearest = _open_orders(connection, by_distance)
        if len(nearest) == ORDERS_MAX:
            break
    return nearest


def _open_orders(connection: Connection, query: sa.Select[Any]) -> list[OpenOrder]:
    return [
        OpenOrder(
            row.order_id,
            row.district_id,
            row.recipient_id,
            row.start_at,
            place_of(row.area_latitude_e6, row.area_longitude_e6),
            frozenset(row.speaks),
        )
        for row in connection.execute(query)
    ]


@dataclass(frozen=True)
class History:
    """Whom a volunteer has helped, and how often; and what they have taken or served of late."""

    helped: Mapping[UUID, int]
    engagements: Sequence[Engagement]


_VOLUNTEER = assignment.c.volunteer_id == sa.bindparam("volunteer_id")
_HELPED = Prepared(
    sa.select(orders.c.recipient_id, sa.func.count().label("times"))
    .join(assignment, assignment.c.order_id == orders.c.order_id)
    .where(_VOLUNTEER, assignment.c.checked_out_at <= sa.bindparam("until"), orders.c.recipient_id.is_not(None))
    .group_by(orders.c.recipient_id)
)
_IS_OPEN = assignment.c.checked_out_at.is_(None) & (
    orders.c.state == sa.any_(sa.literal(OCCUPYING_STATES, ARRAY(sa.Text)))
)
_ENGAGEMENTS = Prepared(
    sa.select(
        orders.c.order_id,
        orders.c.start_at,
        orders.c.end_at,
        orders.c.planned_minutes.label("minutes"),
        assignment.c.taken_at,
        _IS_OPEN.label("is_open"),
    )
    .join(orders, orders.c.order_id == assignment.c.order_id)
    .where(
        _VOLUNTEER,
        _IS_OPEN | (assignment.c.checked_out_at >= sa.bindparam("since")),
        orders.c.start_at >= sa.bindparam("since"),
    )
)


def read_history(
    connection: Connection, volunteer_id: UUID, *asks: Ask, helped_until: datetime, taken_from: date
) -> History:
    """Return whom a volunteer has helped until an instant, and what they took that begins on a local day or later.

    What else is asked comes in the same trip.
    """
    terms = {"volunteer_id": volunteer_id, "until": helped_until, "since": local_midnight(taken_from)}
    with pipelined(connection):
        remembers = [ask(connection) for ask in asks]
        helped, engagements = _HELPED.send(connection, terms), _ENGAGEMENTS.send(connection, terms)
    for remember in remembers:
        remember()
    return History(
        {row["recipient_id"]: row["times"] for row in helped.fetchall()},
        [Engagement(**row) for row in engagements.fetchall()],
    )
