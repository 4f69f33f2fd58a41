"""Lists of orders, and what the rules of asking count."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from libs.clock import local_midnight
from libs.db import Connection
from libs.db.driver import pipelined
from libs.db.prepared import Prepared
from libs.http.lists import before, equals, from_on, one_of
from libs.programme.known_grants import lock_for
from libs.programme.words import Funding
from services.orders.core.rules.areas import around, steps_between
from services.orders.core.rules.life_cycle import State
from services.orders.core.rules.order import Order, Terms
from services.orders.core.rules.people import Place
from services.orders.core.store import order_store, people_store
from services.orders.core.store.facts import Ask
from services.orders.core.store.order_store import OCCUPYING_STATES
from services.orders.core.store.rows import Row
from services.orders.core.store.tables import assignment, dispute, orders, person

_FREE = [
    state.value
    for state in (State.CANCELLED, State.EXPIRED, State.DECLINED, State.REJECTED, State.REVERSED, State.NO_SHOW)
]


_BUSY = Prepared(
    sa.select(orders.c.order_id)
    .where(
        orders.c.recipient_id == sa.bindparam("recipient_id"),
        orders.c.state == sa.any_(sa.literal(OCCUPYING_STATES, ARRAY(sa.Text))),
        orders.c.start_at < sa.bindparam("end_at"),
        orders.c.end_at > sa.bindparam("start_at"),
    )
    .limit(1)
)
_SAME = Prepared(sa.select(orders.c.order_id).where(orders.c.order_id == sa.bindparam("order_id")))
_IS_SETTLED = (orders.c.state == State.SETTLED.value) | (dispute.c.disputed_from == State.SETTLED.value)
_MINUTES = sa.func.sum(sa.case((_IS_SETTLED, orders.c.issued_minutes), else_=orders.c.price_minutes))
_BUDGET = (
    sa.select(sa.func.coalesce(_MINUTES, 0).label("minutes"))
    .select_from(orders.outerjoin(dispute, dispute.c.order_id == orders.c.order_id))
    .where(
        orders.c.funding == Funding.PROGRAMME.value,
        orders.c.start_at >= sa.bindparam("start"),
        orders.c.start_at < sa.bindparam("end"),
        orders.c.state != sa.all_(sa.literal(_FREE, ARRAY(sa.Text))),
    )
)
_COUNTED = Prepared(_BUDGET.where(orders.c.district_id == sa.bindparam("district_id")))
_DISTRICT_OF = sa.select(person.c.district_id).where(person.c.person_id == sa.bindparam("recipient_id"))
_COUNTED_OF = Prepared(_BUDGET.where(orders.c.district_id == _DISTRICT_OF.scalar_subquery()))
_BUDGET_LOCK = 12
_IS_OFFERED = sa.func.cardinality(orders.c.offers_to) > sa.literal_column("0")
"""As the index of offers says it."""
_RECIPIENT = "%(recipient_id)s::uuid"
_BUDGET_OF = f"(SELECT district_id || '/' || %(month)s FROM person WHERE person_id = {_RECIPIENT})"


@dataclass(frozen=True)
class Asked:
    """For whom help is asked and when; `month` = that of the budget it draws on, if it draws on one."""

    order_id: UUID
    recipient_id: UUID
    start_at: datetime
    end_at: datetime
    month: date | None
    caller_id: UUID
    may_lock: bool
    """Whether the caller asks in their own right or by a role; a relative needs a grant to hold others up."""


@dataclass(frozen=True)
class Counts:
    """What the rules of asking count."""

    has_other: bool
    counted_minutes: int
    id_is_taken: bool


def lock_budget(connection: Connection, district_id: UUID, month: str) -> None:
    """Let nobody else draw on a district's budget of a month until the transaction ends."""
    terms = {"budget": f"{district_id}/{month}", "caller_id": None}
    lock_for(connection, "%(budget)s", terms, space=_BUDGET_LOCK, may=True)


def recipient_is_busy(connection: Connection, recipient_id: UUID, planned: Terms) -> bool:
    """Tell whether the recipient has another order whose planned time overlaps; touching ends do not."""
    terms = {"recipient_id": recipient_id, "start_at": planned.start_at, "end_at": planned.end_at}
    return bool(_BUSY.rows(connection, terms))


def budget_counted_minutes(connection: Connection, district_id: UUID, *, start: datetime, end: datetime) -> int:
    """Return what a district's programme orders with a start in the period count: planned, or issued once settled."""
    return int(_COUNTED.scalar(connection, {"district_id": district_id, "start": start, "end": end}))


def read_asked(connection: Connection, asked: Asked, *asks: Ask) -> Counts:
    """Return what the rules of asking count, after the locks: nobody else can change it until the transaction ends.

    Whoever may not ask for the recipient at all takes none, and is refused by the rules.

    What else is asked comes in the same trip.
    """
    counted = None
    with pipelined(connection):
        order_store.lock_person_for(connection, asked.recipient_id, asked.caller_id, may=asked.may_lock)
        if asked.month is not None:
            terms = vars(asked) | {"month": asked.month.isoformat()}
            lock_for(connection, _BUDGET_OF, terms, space=_BUDGET_LOCK, may=asked.may_lock, whose=_RECIPIENT)
        order_store.lock_id(connection, asked.order_id)
        remembers = [ask(connection) for ask in asks]
        busy = _BUSY.send(connection, vars(asked))
        same = _SAME.send(connection, vars(asked))
        if asked.month is not None:
            start, end = month_of(asked.month)
            counted = _COUNTED_OF.send(connection, {"recipient_id": asked.recipient_id, "start": start, "end": end})
    for remember in remembers:
        remember()
    rows = counted.fetchall() if counted else []
    return Counts(bool(busy.fetchall()), int(rows[0]["minutes"]) if rows else 0, bool(same.fetchall()))


def month_of(day: date) -> tuple[datetime, datetime]:
    """Return the beginning and the end of the local month of a day."""
    first = day.replace(day=1)
    return local_midnight(first), local_midnight((first + timedelta(days=32)).replace(day=1))


@dataclass(frozen=True)
class Whose:
    """Whose orders: those that concern a person, and those that they placed for some others."""

    person_id: UUID
    placed_for: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class Near:
    """Whose recipient lives near a place."""

    place: Place
    within_m: int


def _concerns(whose: Whose) -> sa.ColumnElement[bool]:
    """Ask by ids: each part is found by its own index, and what concerns others is not looked at."""
    who = whose.person_id
    sides = [sa.select(orders.c.order_id).where(side == who) for side in (orders.c.recipient_id, orders.c.payer_id)]
    offered = sa.select(orders.c.order_id).where(orders.c.offers_to.contains([who]), _IS_OFFERED)
    mine = sa.select(assignment.c.order_id).where(assignment.c.volunteer_id == who)
    parts = [*sides, offered, mine]
    if whose.placed_for:
        placed = sa.select(orders.c.order_id).where(orders.c.placed_by == who)
        parts.append(placed.where(orders.c.acting_for.in_(whose.placed_for)))
    return orders.c.order_id.in_(sa.union(*parts))


ORDERS = order_store.orders_listed(
    {
        "units": one_of(orders.c.unit_id),
        "whose": _concerns,
        "open_to_all": lambda _: orders.c.state == State.PUBLISHED.value,
        "state": equals(orders.c.state),
        "near": lambda near: orders.c.recipient_id.in_(_living_near(near.place, near.within_m)),
        "start_from": from_on(orders.c.start_at),
        "start_before": before(orders.c.start_at),
    },
    scope=("units", "whose", "open_to_all"),
)
"""Orders of some units, of a person, or those that are open to be taken."""


def _living_near(near: Place, within_m: int) -> sa.Select[Any]:
    """Return who lives in a square of the grid whose middle is near that of the place's own square.

    No number of questions tells more of a home than its square.
    """
    return sa.select(person.c.person_id).where(*people_store.lives_around(around(near, within_m)))


def steps_from(connection: Connection, near: Place, found: Sequence[Order]) -> dict[UUID, int | None]:
    """Return how far each order's recipient lives from a place, in steps; None where it is not known or very far."""
    received = {order.order_id: order.recipient_id for order in found if order.recipient_id is not None}
    people = people_store.find_people(connection, set(received.values()))
    homes = {recipient.person_id: recipient.home for recipient in people}
    near_home = {order_id: _steps(near, homes.get(recipient_id)) for order_id, recipient_id in received.items()}
    return dict.fromkeys(order.order_id for order in found) | near_home


def _steps(near: Place, home: Place | None) -> int | None:
    return None if home is None else steps_between(near, home)


def decided(connection: Connection, order_ids: Iterable[UUID]) -> dict[UUID, Row]:
    """Return those of the orders about whose funding there is an answer."""
    query = sa.select(orders.c.order_id, orders.c.state).where(
        orders.c.order_id.in_(list(order_ids)), orders.c.state != State.AWAITING_FUNDING.value
    )
    return {row.order_id: {"state": row.state} for row in connection.execute(query)}
