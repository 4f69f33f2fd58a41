"""Activities, who waits for a seat, and which orders are seats."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from libs.db import Connection
from libs.db.rows import add_row, change_rows, delete_rows, find_row
from libs.http.lists import Listing, before, equals, from_on, one_of
from services.orders.activities.refusals import ActivityNotFoundError
from services.orders.activities.rules import WAITING_MAX, Activity, ActivityState, Waiter
from services.orders.core.rules.life_cycle import State
from services.orders.core.store.rows import Found, Row
from services.orders.core.store.tables import INSTANT, assignment, door, orders, table_of

activity = table_of(
    "activity",
    "activity_id",
    activity_id=sa.Uuid,
    venue_id=sa.Uuid,
    unit_id=sa.Uuid,
    district_id=sa.Uuid,
    title=sa.Text,
    service_code=sa.Text,
    start_at=INSTANT,
    end_at=INSTANT,
    seats=sa.Integer,
    state=sa.Text,
    planned_by=sa.Uuid,
    planned_at=INSTANT,
    ended_by=sa.Uuid,
    ended_at=INSTANT,
    why=sa.Text,
)
activity_waiter = table_of(
    "activity_waiter",
    "activity_id volunteer_id",
    activity_id=sa.Uuid,
    volunteer_id=sa.Uuid,
    order_id=sa.Uuid,
    waits_since=INSTANT,
    guardian_id=sa.Uuid,
    group_id=sa.Uuid,
)
_IS_SEAT = (orders.c.activity_id == activity.c.activity_id) & (orders.c.state != State.CANCELLED.value)
_TAKEN = sa.select(sa.func.count()).select_from(orders).where(_IS_SEAT).correlate(activity).scalar_subquery()
_OF_ACTIVITY = activity_waiter.c.activity_id == activity.c.activity_id
_WAITING = sa.select(sa.func.count()).select_from(activity_waiter).where(_OF_ACTIVITY).scalar_subquery()
WITH_COUNTS = sa.select(activity, _TAKEN.label("taken"), _WAITING.label("waiting"))
ACTIVITIES = Listing(
    WITH_COUNTS,
    order=(activity.c.start_at, activity.c.activity_id),
    narrowed={
        "units": one_of(activity.c.unit_id),
        "venue": equals(activity.c.venue_id),
        "state": equals(activity.c.state),
        "start_from": from_on(activity.c.end_at),
        "start_before": before(activity.c.start_at),
    },
    scope=("units", "venue", "state"),
)


def add_activity(connection: Connection, new: Activity) -> bool:
    """Add an activity; False when its id is taken."""
    added = insert(activity).values(asdict(new)).on_conflict_do_nothing().returning(activity.c.activity_id)
    return connection.execute(added).first() is not None


def find_activity(connection: Connection, activity_id: UUID) -> Activity:
    """Return an activity.

    Raises:
        ActivityNotFoundError: there is none.
    """
    return _one(connection, sa.select(activity).where(activity.c.activity_id == activity_id))


def lock_activity(connection: Connection, activity_id: UUID) -> Activity:
    """Return an activity, locked: nobody else gives or takes a seat of it.

    Raises:
        ActivityNotFoundError: there is none.
    """
    return _one(connection, sa.select(activity).where(activity.c.activity_id == activity_id).with_for_update())


def _one(connection: Connection, query: sa.Select[Any]) -> Activity:
    row = connection.execute(query).mappings().first()
    if row is None:
        raise ActivityNotFoundError
    return activity_of(row)


def activity_of(row: Found) -> Activity:
    """Return the activity of a row."""
    plain = {column.name: row[column.name] for column in activity.c if column.name != "state"}
    return Activity(**plain, state=ActivityState(row["state"]))


def counted(connection: Connection, activity_id: UUID) -> Row:
    """Return an activity with how many seats are taken and how many people wait.

    Raises:
        ActivityNotFoundError: there is none.
    """
    row = connection.execute(WITH_COUNTS.where(activity.c.activity_id == activity_id)).mappings().first()
    if row is None:
        raise ActivityNotFoundError
    return dict(row)


def save_ended(connection: Connection, ended: Activity) -> None:
    """Save that an activity was closed or cancelled."""
    columns = {"state": ended.state, "ended_by": ended.ended_by, "ended_at": ended.ended_at, "why": ended.why}
    change_rows(connection, activity, columns, activity_id=ended.activity_id)


def seats_of(connection: Connection, activity_id: UUID) -> list[Row]:
    """Return the seats of an activity that were not given up, as they were taken: order, volunteer and state."""
    query = (
        sa.select(orders.c.order_id, orders.c.state, assignment.c.volunteer_id)
        .join(assignment, assignment.c.order_id == orders.c.order_id)
        .where(orders.c.activity_id == activity_id, orders.c.state != State.CANCELLED.value)
        .order_by(assignment.c.taken_at, orders.c.order_id)
    )
    return [row._asdict() for row in connection.execute(query)]


def seats_of_person(connection: Connection, activity_ids: Collection[UUID], volunteer_id: UUID) -> dict[UUID, Row]:
    """Return the seat that a volunteer has at each of some activities, or waits for: order, and its state or none."""
    seats = (
        sa.select(orders.c.activity_id, orders.c.order_id, orders.c.state)
        .join(assignment, assignment.c.order_id == orders.c.order_id)
        .where(
            orders.c.activity_id.in_(activity_ids),
            assignment.c.volunteer_id == volunteer_id,
            orders.c.state != State.CANCELLED.value,
        )
    )
    waits = sa.select(activity_waiter.c.activity_id, activity_waiter.c.order_id, sa.null().label("state")).where(
        activity_waiter.c.activity_id.in_(activity_ids), activity_waiter.c.volunteer_id == volunteer_id
    )
    return {row.activity_id: row._asdict() for row in connection.execute(waits.union_all(seats))}


def wrong_codes_of(connection: Connection, activity_id: UUID, volunteer_id: UUID) -> int:
    """Return how many wrong codes a volunteer said for seats that they gave up: no new seat wipes them out."""
    query = (
        sa.select(sa.func.coalesce(sa.func.sum(door.c.wrong_codes), 0))
        .join(orders, orders.c.order_id == door.c.order_id)
        .join(assignment, assignment.c.order_id == orders.c.order_id)
        .where(orders.c.activity_id == activity_id, assignment.c.volunteer_id == volunteer_id)
    )
    return int(connection.execute(query).scalar_one())


def add_waiter(connection: Connection, waiter: Waiter) -> None:
    """Let somebody wait."""
    add_row(connection, activity_waiter, asdict(waiter))


def waiters_of(connection: Connection, activity_id: UUID) -> list[Waiter]:
    """Return who waits, the longest first."""
    waits = activity_waiter.c
    query = sa.select(activity_waiter).where(waits.activity_id == activity_id)
    rows = connection.execute(query.order_by(waits.waits_since, waits.order_id).limit(WAITING_MAX))
    return [Waiter(**row._asdict()) for row in rows]


def is_waiting(connection: Connection, activity_id: UUID, volunteer_id: UUID) -> bool:
    """Tell whether somebody waits for a seat."""
    return find_row(connection, activity_waiter, activity_id=activity_id, volunteer_id=volunteer_id) is not None


def remove_waiter(connection: Connection, activity_id: UUID, volunteer_id: UUID) -> bool:
    """Let somebody wait no more; False when they did not."""
    return delete_rows(connection, activity_waiter, activity_id=activity_id, volunteer_id=volunteer_id) > 0


def remove_waiters(connection: Connection, activity_id: UUID) -> None:
    """Let nobody wait any more."""
    delete_rows(connection, activity_waiter, activity_id=activity_id)


def forget_person(connection: Connection, person_id: UUID) -> None:
    """Let somebody whose data are gone wait nowhere."""
    delete_rows(connection, activity_waiter, volunteer_id=person_id)
