"""Orders, their parts and their steps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from libs.db import Connection
from libs.db.driver import pipelined, run
from libs.db.prepared import Prepared
from libs.db.rows import add_row, add_rows, change_each, delete_rows, save_row
from libs.http.lists import Filter, Listing, Page, Query
from libs.programme.acting import Consent
from libs.programme.known_grants import lock_for
from services.orders.core.refusals import OrderNotFoundError
from services.orders.core.rules.counting import entries_of
from services.orders.core.rules.life_cycle import BEFORE_SERVICE, OCCUPYING, State, Verb
from services.orders.core.rules.order import Order
from services.orders.core.store import memo
from services.orders.core.store.counted_store import write_entries
from services.orders.core.store.facts import Ask
from services.orders.core.store.rows import (
    Found,
    columns_of_order,
    columns_of_part,
    empty_own_columns,
    order_of_columns,
    own_columns_of_order,
)
from services.orders.core.store.tables import assignment, confirmation, decision, dispute, door, order_step, orders

PLANNING = 11
_PERSON = "%(person_id)s::uuid"
OCCUPYING_STATES = [state.value for state in OCCUPYING]
_OWN = {"door": door, "confirmation": confirmation, "dispute": dispute}
_OF_DECISION = ("decision_id", "minutes", "second_id", "proposed_by", "proposed_at", "lapses_at")
_WAITS = (decision.c.order_id == orders.c.order_id) & (decision.c.state == sa.literal_column("'proposed'"))
WHOLE_ORDERS = sa.select(
    orders,
    *(column for table in _OWN.values() for column in table.c if column.name != "order_id"),
    *(decision.c[name].label(f"waiting_{name}") for name in _OF_DECISION),
).select_from(
    orders.outerjoin(door, door.c.order_id == orders.c.order_id)
    .outerjoin(confirmation, confirmation.c.order_id == orders.c.order_id)
    .outerjoin(dispute, dispute.c.order_id == orders.c.order_id)
    .outerjoin(decision, _WAITS)
)
_IDS = sa.any_(sa.bindparam("order_ids", type_=ARRAY(sa.Uuid)))
_ORDERS = Prepared(WHOLE_ORDERS.where(orders.c.order_id == _IDS).order_by(orders.c.order_id))
# The row is locked first and read after that: what stands in other tables may have changed while the lock was awaited.
_LOCK = Prepared(
    sa.select(orders.c.order_id).where(orders.c.order_id == _IDS).order_by(orders.c.order_id).with_for_update()
)
_LOCK_FOR = Prepared(
    sa.text("""
    SELECT order_id FROM orders WHERE order_id = ANY(CAST(:order_ids AS uuid[])) AND (:may OR (
        (:is_own OR EXISTS (SELECT 1 FROM acting_grant WHERE person_id = :subject_id AND relative_id = :caller_id))
        AND (:is_open OR :subject_id IN (recipient_id, payer_id) OR :subject_id = ANY(offers_to) OR EXISTS (
            SELECT 1 FROM assignment WHERE assignment.order_id = orders.order_id AND volunteer_id = :subject_id))))
    ORDER BY order_id FOR UPDATE OF orders
""")
)
_PARTS = Prepared(
    sa.select(assignment)
    .where(assignment.c.order_id == sa.any_(sa.bindparam("order_ids", type_=ARRAY(sa.Uuid))))
    .order_by(assignment.c.number)
)
_NEXT_NUMBER = sa.select(sa.func.count() + 1).where(order_step.c.order_id == sa.bindparam("of_order"))
_WRITE_STEP = Prepared(sa.insert(order_step).inline().values(number=_NEXT_NUMBER.scalar_subquery()))


@dataclass(frozen=True)
class Step:
    """Who did what to an order, and when; `by` None = the clock or another service."""

    verb: Verb
    at: datetime
    by: UUID | None = None
    acting_for: UUID | None = None
    consent: Consent | None = None
    why: str = ""


class OrderChange(NamedTuple):
    """An order before and after what was done to it."""

    before: Order
    after: Order
    step: Step


@dataclass(frozen=True)
class Locker:
    """Who wants an order locked, for whom, and whether a role lets them; `is_open`: the order is anybody's to take."""

    caller_id: UUID
    subject_id: UUID
    may: bool
    is_open: bool = False

    @property
    def is_own(self) -> bool:
        """Tell whether they speak for themselves."""
        return self.caller_id == self.subject_id


def find_order(connection: Connection, order_id: UUID) -> Order | None:
    """Return the order, or None."""
    return next(iter(find_orders(connection, [order_id])), None)


def find_orders(connection: Connection, order_ids: Iterable[UUID]) -> list[Order]:
    """Return the orders of these ids that exist, by id."""
    with pipelined(connection):
        read = read_later(connection, order_ids)
    return read()


def lock_order(connection: Connection, order_id: UUID) -> Order:
    """Return the order, locked for change.

    Raises:
        OrderNotFoundError: there is none.
    """
    for order in lock_orders(connection, [order_id]):
        return order
    raise OrderNotFoundError


def read_later(connection: Connection, order_ids: Iterable[UUID], *, lock: bool = False) -> Callable[[], list[Order]]:
    """Ask for orders inside a pipeline, locked or not; return what gives them when the pipeline is left."""
    terms = {"order_ids": list(order_ids)}
    if lock:
        _LOCK.send(connection, terms)
    whole = _ORDERS.send(connection, terms)
    parts = _PARTS.send(connection, terms)
    return lambda: _with_parts(whole.fetchall(), parts.fetchall())


def lock_orders(connection: Connection, order_ids: Iterable[UUID]) -> list[Order]:
    """Return the orders that exist, locked by id."""
    with pipelined(connection):
        read = read_later(connection, order_ids, lock=True)
    return read()


def lock_orders_of(connection: Connection, person_id: UUID) -> list[Order]:
    """Return the orders before service that the person receives, pays or has taken, locked by id."""
    wanted = _before_service_of(person_id).order_by(orders.c.order_id).with_for_update()
    return find_orders(connection, connection.execute(wanted).scalars())


def concerns_orders_to_come(connection: Connection, person_id: UUID) -> bool:
    """Tell whether there are orders before service that the person receives, pays or has taken."""
    return connection.execute(_before_service_of(person_id).limit(1)).first() is not None


def _before_service_of(person_id: UUID) -> sa.Select[Any]:
    mine = sa.select(assignment.c.order_id).where(assignment.c.volunteer_id == person_id)
    concerned = (orders.c.recipient_id == person_id) | (orders.c.payer_id == person_id) | orders.c.order_id.in_(mine)
    is_before = orders.c.state.in_([state.value for state in BEFORE_SERVICE])
    return sa.select(orders.c.order_id).where(concerned, is_before)


def orders_listed(narrowed: Mapping[str, Filter], *, scope: tuple[str, ...]) -> Listing:
    """Return a list of orders by planned start."""
    return Listing(WHOLE_ORDERS, order=(orders.c.start_at, orders.c.order_id), narrowed=narrowed, scope=scope)


def list_orders(connection: Connection, listing: Listing, query: Query, **known: Any) -> Page[Order]:
    """Return a page of a list of orders, whole: two statements, however many orders there are.

    Raises:
        CursorInvalidError: not a cursor of this list.
    """
    page = listing.page(connection, query, **known)
    rows = [row._mapping for row in page.rows]
    parts = _PARTS.mappings(connection, {"order_ids": [row["order_id"] for row in rows]}) if rows else []
    return Page(_with_parts(rows, parts), page.next)


def _with_parts(rows: Sequence[Found], parts: Sequence[Found]) -> list[Order]:
    parts_of: dict[UUID, list[Found]] = defaultdict(list)
    for part in parts:
        parts_of[part["order_id"]].append(part)
    return [order_of_columns(row, parts_of[row["order_id"]]) for row in rows]


def lock_id(connection: Connection, order_id: UUID) -> None:
    """Let nobody else add an order with this id until the transaction ends."""
    run(connection, "SELECT pg_advisory_xact_lock(hashtextextended(%(id)s, 14))", {"id": str(order_id)})


def add_order(connection: Connection, order: Order, step: Step) -> bool:
    """Add a new order with its first step; False when the id is taken."""
    with pipelined(connection):
        lock_id(connection, order.order_id)
        cursor = _ORDERS.send(connection, {"order_ids": [order.order_id]})
    if cursor.fetchone() is not None:
        return False
    with pipelined(connection):
        write_order(connection, order, step)
    return True


def write_order(connection: Connection, order: Order, step: Step) -> None:
    """Write a new order, whose id is locked and not taken, with its first step."""
    add_row(connection, orders, columns_of_order(order))
    _write_own(connection, None, order)
    _write_parts(connection, order)
    _WRITE_STEP.change(connection, _columns_of_step(State.DRAFT, order, step))


def save_orders(connection: Connection, changes: Sequence[OrderChange]) -> None:
    """Save changed orders and record the steps, inside a pipeline."""
    changed = [(_changed_columns(change), {"order_id": change.after.order_id}) for change in changes]
    change_each(connection, orders, [(columns, key) for columns, key in changed if columns])
    for before, after, _step in changes:
        _write_own(connection, before, after)
        if before.assignments != after.assignments:
            delete_rows(connection, assignment, order_id=after.order_id)
            _write_parts(connection, after)
    _write_steps(connection, changes)
    for before, after, step in changes:
        write_entries(connection, entries_of(before, after, step.verb, step.at))


def _changed_columns(change: OrderChange) -> dict[str, Any]:
    before = columns_of_order(change.before)
    return {name: value for name, value in columns_of_order(change.after).items() if value != before[name]}


def _write_own(connection: Connection, before: Order | None, after: Order) -> None:
    if before is not None and all(getattr(before, name) == getattr(after, name) for name in _OWN):
        return
    old = own_columns_of_order(before) if before else empty_own_columns()
    for name, columns in own_columns_of_order(after).items():
        if columns != old[name]:
            save_row(connection, _OWN[name], {"order_id": after.order_id, **columns})


def _write_parts(connection: Connection, order: Order) -> None:
    parts = [columns_of_part(order.order_id, number, part) for number, part in enumerate(order.assignments)]
    add_rows(connection, assignment, parts)


def _write_steps(connection: Connection, changes: Sequence[OrderChange]) -> None:
    steps = [_columns_of_step(before.state, after, step) for before, after, step in changes]
    _WRITE_STEP.change_all(connection, steps)


def _columns_of_step(from_state: State, order: Order, step: Step) -> dict[str, Any]:
    return {
        "order_id": order.order_id,
        "of_order": order.order_id,
        "verb": step.verb.value,
        "from_state": from_state.value,
        "to_state": order.state.value,
        "by": step.by,
        "acting_for": step.acting_for,
        "consent": step.consent.to_json() if step.consent else None,
        "why": step.why,
        "at": step.at,
    }


def ask_locks(order_ids: Collection[UUID], locker: Locker) -> Ask:
    """Lock orders, by id, for whom they concern, or whom a role lets; `locked_orders` then gives them.

    Whoever has nothing to do with one holds nobody up; should a rule let them pass all the same, nothing is saved.
    """

    def ask(connection: Connection) -> Callable[[], None]:
        terms = {"order_ids": list(order_ids), "is_own": locker.is_own, **vars(locker)}
        locked = _LOCK_FOR.send(connection, terms)
        read = read_later(connection, order_ids)

        def remember() -> None:
            orders_read = {order.order_id: [order] for order in read()}
            for order_id in order_ids:
                memo.put(connection, ("locked", order_id), orders_read.get(order_id, []))
            for order_id in set(order_ids) - {row["order_id"] for row in locked.fetchall()}:
                memo.put(connection, ("unlocked", order_id), True)

        return remember

    return ask


def locked_orders(connection: Connection, order_ids: Iterable[UUID]) -> list[Order]:
    """Return those of the orders that exist, as `ask_locks` has found them; once, for they may be changed then."""
    return [order for order_id in order_ids for order in memo.pop(connection, ("locked", order_id)) or ()]


def is_unlocked(connection: Connection, order_id: UUID) -> bool:
    """Tell whether an order was read for somebody whom it does not concern, and so was not locked."""
    return memo.has(connection, ("unlocked", order_id))


def ask_lock_of_person(person_id: UUID, caller_id: UUID, *, may: bool) -> Ask:
    """Lock a person as `lock_person` does, for whoever may, or has a grant."""

    def ask(connection: Connection) -> Callable[[], None]:
        lock_person_for(connection, person_id, caller_id, may=may)
        return lambda: None

    return ask


def lock_person(connection: Connection, person_id: UUID) -> None:
    """Let nobody else plan time of this person until the transaction ends."""
    lock_for(connection, _PERSON, {"person_id": person_id, "caller_id": None}, space=PLANNING, may=True)


def lock_person_for(connection: Connection, person_id: UUID, caller_id: UUID, *, may: bool) -> None:
    """Lock a person as `lock_person` does, for whoever may, or has a grant."""
    terms = {"person_id": person_id, "caller_id": caller_id}
    lock_for(connection, _PERSON, terms, space=PLANNING, may=may, whose=_PERSON)
