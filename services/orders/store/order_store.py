"""Orders, their parts, their steps and what falls due for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import ARRAY, insert

from libs.db.driver import run
from libs.db.prepared import Prepared
from libs.db.rows import add_row, add_rows, change_rows, delete_rows
from libs.programme.acting import Consent
from services.orders.domain.errors import OrderNotFoundError
from services.orders.domain.life_cycle import BEFORE_SERVICE, OCCUPYING, OPEN, State, Verb
from services.orders.domain.order import Funding, Order
from services.orders.store.rows import Found, columns_of_order, columns_of_part, order_of_columns
from services.orders.store.tables import assignment, certificate, due, incident, order_step, orders

_OCCUPYING = [state.value for state in OCCUPYING]
_SERVING = [state.value for state in (State.TAKEN, State.IN_SERVICE, State.FINISHED, State.NO_SHOW)]
_FREE = [
    state.value
    for state in (State.CANCELLED, State.EXPIRED, State.DECLINED, State.REJECTED, State.REVERSED, State.NO_SHOW)
]


_BY_ID = sa.select(orders).where(orders.c.order_id == sa.bindparam("order_id"))
_ORDER = Prepared(_BY_ID)
_ORDER_TO_CHANGE = Prepared(_BY_ID.with_for_update())
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


def find_order(connection: Connection, order_id: UUID) -> Order | None:
    """Return the order, or None."""
    return next(iter(_with_parts(connection, _ORDER.mappings(connection, {"order_id": order_id}))), None)


def find_orders(connection: Connection, order_ids: Iterable[UUID]) -> list[Order]:
    """Return the orders of these ids that exist."""
    return load_orders(connection, sa.select(orders).where(orders.c.order_id.in_(list(order_ids))))


def lock_order(connection: Connection, order_id: UUID) -> Order:
    """Return the order, locked for change.

    Raises:
        OrderNotFoundError: there is none.
    """
    rows = _ORDER_TO_CHANGE.mappings(connection, {"order_id": order_id})
    found = _with_parts(connection, rows)
    if not found:
        raise OrderNotFoundError
    return found[0]


def lock_orders(connection: Connection, order_ids: Iterable[UUID]) -> None:
    """Lock the orders that exist, by id."""
    wanted = sa.select(orders.c.order_id).where(orders.c.order_id.in_(list(order_ids)))
    connection.execute(wanted.order_by(orders.c.order_id).with_for_update()).all()


def lock_orders_of(connection: Connection, person_id: UUID) -> list[Order]:
    """Return the orders before service that the person receives, pays or has taken, locked by id."""
    mine = sa.select(assignment.c.order_id).where(assignment.c.volunteer_id == person_id)
    concerned = (orders.c.recipient_id == person_id) | (orders.c.payer_id == person_id) | orders.c.order_id.in_(mine)
    is_before = orders.c.state.in_([state.value for state in BEFORE_SERVICE])
    return load_orders(
        connection, sa.select(orders).where(concerned, is_before).order_by(orders.c.order_id).with_for_update()
    )


def load_orders(connection: Connection, query: sa.Select[Any]) -> list[Order]:
    """Return the orders of a query of whole rows of `orders`, in its order."""
    return _with_parts(connection, connection.execute(query).mappings().all())


def _with_parts(connection: Connection, rows: Sequence[Found]) -> list[Order]:
    wanted = [row["order_id"] for row in rows]
    found = _PARTS.mappings(connection, {"order_ids": wanted}) if wanted else []
    return [order_of_columns(row, [part for part in found if part["order_id"] == row["order_id"]]) for row in rows]


def add_order(connection: Connection, order: Order, step: Step) -> bool:
    """Add a new order with its first step; False when the id is taken."""
    added = insert(orders).values(columns_of_order(order)).on_conflict_do_nothing().returning(orders.c.order_id)
    if connection.execute(added).first() is None:
        return False
    _write_parts(connection, order)
    _write_step(connection, State.DRAFT, order, step)
    return True


def save_order(connection: Connection, before: Order, after: Order, step: Step) -> None:
    """Save a changed order and record the step."""
    old = columns_of_order(before)
    changed = {name: value for name, value in columns_of_order(after).items() if value != old[name]}
    if changed:
        change_rows(connection, orders, changed, order_id=after.order_id)
    if before.assignments != after.assignments:
        delete_rows(connection, assignment, order_id=after.order_id)
        _write_parts(connection, after)
    _write_step(connection, before.state, after, step)


def count_wrong_code(connection: Connection, order_id: UUID) -> None:
    """Count one more wrong door code on an order that is locked."""
    counted = sa.update(orders).where(orders.c.order_id == order_id)
    connection.execute(counted.values(wrong_codes=orders.c.wrong_codes + 1))


def note_door_code_told(connection: Connection, before: Order, after: Order) -> None:
    """Note who was told the door code of an order that is locked."""
    if after != before:
        known = {"door_code_known_to": list(after.door_code_known_to)}
        change_rows(connection, orders, known, order_id=after.order_id)


def _write_parts(connection: Connection, order: Order) -> None:
    parts = [columns_of_part(order.order_id, number, part) for number, part in enumerate(order.assignments)]
    add_rows(connection, assignment, parts)


def _write_step(connection: Connection, from_state: State, order: Order, step: Step) -> None:
    columns = {
        "order_id": order.order_id,
        "verb": step.verb.value,
        "from_state": from_state.value,
        "to_state": order.state.value,
        "by": step.by,
        "acting_for": step.acting_for,
        "consent": step.consent.to_json() if step.consent else None,
        "why": step.why,
        "at": step.at,
    }
    _WRITE_STEP.change(connection, columns | {"of_order": order.order_id})


def set_due(connection: Connection, order_id: UUID, fallen: tuple[str, datetime] | None, *, had_one: bool) -> None:
    """Replace what falls due for an order; at most one thing does at a time."""
    if fallen is None:
        if had_one:
            delete_rows(connection, due, order_id=order_id)
    elif had_one:
        change_rows(connection, due, {"kind": fallen[0], "due_at": fallen[1]}, order_id=order_id)
    else:
        add_row(connection, due, {"order_id": order_id, "kind": fallen[0], "due_at": fallen[1]})


def forget_due(connection: Connection, order_id: UUID, kind: str) -> None:
    """Forget what no longer falls due."""
    delete_rows(connection, due, order_id=order_id, kind=kind)


def next_due_at(connection: Connection) -> datetime | None:
    """Return the earliest instant at which something falls due."""
    return connection.execute(sa.select(sa.func.min(due.c.due_at))).scalar()


def find_due(connection: Connection, now: datetime) -> tuple[UUID, str, datetime] | None:
    """Return the earliest due thing at or before `now`, as (order id, kind, instant)."""
    earliest = sa.select(due).where(due.c.due_at <= now).order_by(due.c.due_at, due.c.order_id).limit(1)
    row = connection.execute(earliest).first()
    return None if row is None else (row.order_id, row.kind, row.due_at)


def lock_person(connection: Connection, person_id: UUID) -> None:
    """Let nobody else plan time of this person until the transaction ends."""
    run(connection, "SELECT pg_advisory_xact_lock(hashtextextended(%(person)s, 11))", {"person": str(person_id)})


def lock_budget(connection: Connection, district_id: UUID, month: str) -> None:
    """Let nobody else draw on a district's budget of a month until the transaction ends."""
    lock = "SELECT pg_advisory_xact_lock(hashtextextended(%(budget)s, 12))"
    run(connection, lock, {"budget": f"{district_id}/{month}"})


def recipient_is_busy(connection: Connection, recipient_id: UUID, *, start_at: datetime, end_at: datetime) -> bool:
    """Tell whether the recipient has another order whose planned time overlaps; touching ends do not."""
    other = sa.select(orders.c.order_id).where(
        orders.c.recipient_id == recipient_id,
        orders.c.state.in_(_OCCUPYING),
        orders.c.start_at < end_at,
        orders.c.end_at > start_at,
    )
    return connection.execute(other.limit(1)).first() is not None


def volunteer_is_busy(connection: Connection, volunteer_id: UUID, *, start_at: datetime, end_at: datetime) -> bool:
    """Tell whether the volunteer has taken an order whose planned time overlaps."""
    other = (
        sa.select(orders.c.order_id)
        .join(assignment, assignment.c.order_id == orders.c.order_id)
        .where(
            assignment.c.volunteer_id == volunteer_id,
            assignment.c.checked_out_at.is_(None),
            orders.c.state.in_(_OCCUPYING),
            orders.c.start_at < end_at,
            orders.c.end_at > start_at,
        )
    )
    return connection.execute(other.limit(1)).first() is not None


def serves_between(
    connection: Connection, volunteer_id: UUID, recipient_id: UUID, *, start: datetime, end: datetime
) -> bool:
    """Tell whether the volunteer has an order of the recipient whose planned time touches a period."""
    held = (
        sa.select(orders.c.order_id)
        .join(assignment, assignment.c.order_id == orders.c.order_id)
        .where(
            assignment.c.volunteer_id == volunteer_id,
            orders.c.recipient_id == recipient_id,
            orders.c.state.in_(_SERVING),
            orders.c.start_at < end,
            orders.c.end_at > start,
        )
    )
    return connection.execute(held.limit(1)).first() is not None


def budget_counted_minutes(connection: Connection, district_id: UUID, *, start: datetime, end: datetime) -> int:
    """Return what a district's programme orders with a start in the period count: planned, or issued once settled."""
    is_settled = (orders.c.state == State.SETTLED.value) | (orders.c.disputed_from == State.SETTLED.value)
    counted = sa.case((is_settled, orders.c.issued_minutes), else_=orders.c.price_minutes)
    total = sa.select(sa.func.coalesce(sa.func.sum(counted), 0)).where(
        orders.c.district_id == district_id,
        orders.c.funding == Funding.PROGRAMME.value,
        orders.c.start_at >= start,
        orders.c.start_at < end,
        orders.c.state.not_in(_FREE),
    )
    return int(connection.execute(total).scalar_one())


def forget_words_about(connection: Connection, person_id: UUID) -> None:
    """Blank the free words on orders a person received or acted in; who did what and when stays."""
    theirs = sa.select(orders.c.order_id).where(orders.c.recipient_id == person_id)
    concerned = order_step.c.order_id.in_(theirs) | (order_step.c.acting_for == person_id)
    connection.execute(sa.update(order_step).where(concerned).values(_blank(order_step)))
    words = _blank(orders) | {"decision_why": ""}
    connection.execute(sa.update(orders).where(orders.c.recipient_id == person_id).values(words))
    held = certificate.c.person_id == person_id
    connection.execute(sa.update(certificate).where(held).values(_blank(certificate)))
    _forget_words_of_incidents(connection, person_id)


def _forget_words_of_incidents(connection: Connection, person_id: UUID) -> None:
    about = incident.c.person_id == person_id
    said = _blank(incident) | {"words": "", "latitude_e6": None, "longitude_e6": None}
    connection.execute(sa.update(incident).where(about | (incident.c.opened_by == person_id)).values(said))
    connection.execute(sa.update(incident).where(about).values(outcome=""))


def _blank(table: sa.Table) -> dict[str, Any]:
    return {"why": "", "consent": _without_words(table)}


def _without_words(table: sa.Table) -> sa.ColumnElement[Any]:
    return sa.func.jsonb_set(table.c.consent, sa.literal_column("'{words}'"), sa.literal_column("'\"\"'::jsonb"))


def has_open_orders(connection: Connection, person_id: UUID) -> bool:
    """Tell whether the person receives, pays or serves in an order that is not closed."""
    mine = sa.select(assignment.c.order_id).where(assignment.c.volunteer_id == person_id)
    concerned = (orders.c.recipient_id == person_id) | (orders.c.payer_id == person_id) | orders.c.order_id.in_(mine)
    is_open = orders.c.state.in_([state.value for state in OPEN])
    return connection.execute(sa.select(orders.c.order_id).where(concerned, is_open).limit(1)).first() is not None
