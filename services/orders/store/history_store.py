"""What else is known of a volunteer when their hours are looked at: the facts behind the risk flags."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from libs.clock import local_date, local_midnight
from services.orders.domain.evidence import DEVICE_DAYS, PAIR_DAYS, History
from services.orders.domain.life_cycle import State
from services.orders.domain.order import Assignment, Order
from services.orders.store.rows import part_of_columns, place_of
from services.orders.store.tables import assignment, orders

_NEVER_HAPPENED = [State.REJECTED.value, State.REVERSED.value, State.DECLINED.value]
RECENT_MAX = 60


def history_of(connection: Connection, order: Order, part: Assignment) -> History:
    """Return the facts around one volunteer's part of an order, which itself need not be saved yet."""
    assert part.checked_in_at is not None
    assert part.checked_out_at is not None
    others = _other_parts(order, part)
    previous = _previous(connection, others, part)
    pair_count, day_minutes = _counts(connection, others, order, part)
    return History(
        last_minutes=(part.actual_minutes, *_last_minutes(connection, others, part)),
        pair_count=pair_count,
        day_minutes=day_minutes,
        overlaps=_overlaps(connection, others, part),
        previous_place=place_of(previous["out_latitude_e6"], previous["out_longitude_e6"]) if previous else None,
        previous_out_at=previous["checked_out_at"] if previous else None,
        device_shared=_device_shared(connection, part),
    )


def _other_parts(order: Order, part: Assignment) -> Any:
    return (
        sa.select(assignment, orders.c.recipient_id)
        .join(orders, orders.c.order_id == assignment.c.order_id)
        .where(
            assignment.c.volunteer_id == part.volunteer_id,
            assignment.c.order_id != order.order_id,
            assignment.c.checked_out_at.is_not(None),
            orders.c.state.not_in(_NEVER_HAPPENED),
        )
    )


def _previous(connection: Connection, others: Any, part: Assignment) -> Any:
    before = others.where(assignment.c.checked_out_at <= part.checked_in_at)
    return connection.execute(before.order_by(assignment.c.checked_out_at.desc()).limit(1)).mappings().first()


def _last_minutes(connection: Connection, others: Any, part: Assignment) -> tuple[int, ...]:
    before = others.where(assignment.c.checked_out_at <= part.checked_out_at)
    rows = connection.execute(before.order_by(assignment.c.checked_out_at.desc()).limit(RECENT_MAX)).mappings()
    return tuple(part_of_columns(row).actual_minutes for row in rows)


def _overlaps(connection: Connection, others: Any, part: Assignment) -> bool:
    crossing = others.where(
        assignment.c.checked_in_at < part.checked_out_at, assignment.c.checked_out_at > part.checked_in_at
    )
    return connection.execute(crossing.limit(1)).first() is not None


def _counts(connection: Connection, others: Any, order: Order, part: Assignment) -> tuple[int, int]:
    """Return the submissions of the pair within 30 days and the volunteer's minutes of the day, this one included."""
    assert part.checked_in_at is not None
    assert part.checked_out_at is not None
    since = part.checked_out_at - timedelta(days=PAIR_DAYS)
    day = local_date(part.checked_in_at)
    earliest = min(since, local_midnight(day))
    recent = others.where(assignment.c.checked_out_at > earliest)
    pair_count, day_minutes = 1, part.actual_minutes
    for row in connection.execute(recent).mappings():
        pair_count += row["recipient_id"] == order.recipient_id and row["checked_out_at"] > since
        if local_date(row["checked_in_at"]) == day:
            day_minutes += part_of_columns(row).actual_minutes
    return pair_count, day_minutes


def _device_shared(connection: Connection, part: Assignment) -> bool:
    if not part.in_device or part.checked_in_at is None:
        return False
    other = sa.select(assignment.c.order_id).where(
        assignment.c.in_device == part.in_device,
        assignment.c.volunteer_id != part.volunteer_id,
        assignment.c.checked_in_at > part.checked_in_at - timedelta(days=DEVICE_DAYS),
    )
    return connection.execute(other.limit(1)).first() is not None
