"""Slips, by number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from services.orders.core.rules.life_cycle import State
from services.orders.core.store.tables import INSTANT, orders, table_of
from services.orders.slips.refusals import SlipAlreadyIssuedError

slip_range = table_of(
    "slip_range",
    "range_id",
    range_id=sa.Uuid,
    unit_id=sa.Uuid,
    first_number=sa.Integer,
    last_number=sa.Integer,
    issued_by=sa.Uuid,
    issued_at=INSTANT,
)
slip_used = table_of("slip_used", "unit_id number", unit_id=sa.Uuid, number=sa.Integer, order_id=sa.Uuid, scan=sa.Text)


def add_slips(connection: Connection, columns: Mapping[str, Any]) -> bool:
    """Add a range of slips; False when the id is taken.

    Raises:
        SlipAlreadyIssuedError: some of the numbers were issued to this unit before.
    """
    lock = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:unit, 13))")
    connection.execute(lock, {"unit": str(columns["unit_id"])})
    overlapping = sa.select(slip_range.c.range_id).where(
        slip_range.c.unit_id == columns["unit_id"],
        slip_range.c.first_number <= columns["last_number"],
        slip_range.c.last_number >= columns["first_number"],
    )
    if connection.execute(overlapping.limit(1)).first() is not None:
        raise SlipAlreadyIssuedError
    added = insert(slip_range).values(**columns).on_conflict_do_nothing().returning(slip_range.c.range_id)
    return connection.execute(added).first() is not None


def unit_of_slip(connection: Connection, unit_ids: Iterable[UUID], number: int) -> UUID | None:
    """Return the unit among these to which the number was issued, or None."""
    query = sa.select(slip_range.c.unit_id).where(
        slip_range.c.unit_id.in_(list(unit_ids)),
        slip_range.c.first_number <= number,
        slip_range.c.last_number >= number,
    )
    return connection.execute(query.limit(1)).scalar()


def slip_is_used(connection: Connection, unit_id: UUID, number: int) -> bool:
    """Tell whether a slip was entered before, by an entry that was not declined."""
    joined = sa.join(slip_used, orders, slip_used.c.order_id == orders.c.order_id)
    used = sa.select(slip_used.c.number).select_from(joined).where(slip_used.c.unit_id == unit_id)
    query = used.where(slip_used.c.number == number, orders.c.state != State.DECLINED.value)
    return connection.execute(query).first() is not None


def use_slip(connection: Connection, unit_id: UUID, number: int, order_id: UUID, *, scan: str) -> bool:
    """Note that a slip was entered, with its scan; False when it was before, by an entry that was not declined."""
    declined = sa.select(orders.c.order_id).where(orders.c.state == State.DECLINED.value)
    added = insert(slip_used).values(unit_id=unit_id, number=number, order_id=order_id, scan=scan)
    again = added.on_conflict_do_update(
        index_elements=["unit_id", "number"],
        set_={"order_id": order_id, "scan": scan},
        where=slip_used.c.order_id.in_(declined),
    )
    return connection.execute(again.returning(slip_used.c.number)).first() is not None
