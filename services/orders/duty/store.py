"""Times on duty, urgent calls, and who was told of each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from libs.db import Connection
from libs.http.lists import Listing, before, equals, one_of
from libs.programme.refusals import RecordNotFoundError
from libs.programme.words import PersonStatus, Role
from services.orders.core.store.proposals import lock_row
from services.orders.core.store.tables import INSTANT, person, table_of
from services.orders.duty.rules import CallState, OnDuty, Ring, RingAnswer, Span

duty_entry = table_of(
    "duty_entry",
    "entry_id",
    entry_id=sa.Uuid,
    unit_id=sa.Uuid,
    district_id=sa.Uuid,
    person_id=sa.Uuid,
    starts_at=INSTANT,
    ends_at=INSTANT,
    rank=sa.Integer,
    set_by=sa.Uuid,
    set_at=INSTANT,
    ended_by=sa.Uuid,
)
duty_call = table_of(
    "duty_call",
    "incident_id",
    incident_id=sa.Uuid,
    unit_id=sa.Uuid,
    district_id=sa.Uuid,
    person_id=sa.Uuid,
    caller_id=sa.Uuid,
    state=sa.Text,
    opened_at=INSTANT,
    acknowledged_by=sa.Uuid,
    acknowledged_at=INSTANT,
    ended_at=INSTANT,
)
duty_ring = table_of(
    "duty_ring",
    "incident_id number",
    incident_id=sa.Uuid,
    number=sa.Integer,
    round=sa.Integer,
    person_id=sa.Uuid,
    rung_at=INSTANT,
    answer_by=INSTANT,
    answer=sa.Text,
)


@dataclass(frozen=True)
class DutyCall:
    """An urgent call that goes round those on duty."""

    incident_id: UUID
    unit_id: UUID
    district_id: UUID
    person_id: UUID | None
    caller_id: UUID
    state: CallState
    opened_at: datetime
    acknowledged_by: UUID | None = None
    acknowledged_at: datetime | None = None
    ended_at: datetime | None = None
    rings: tuple[Ring, ...] = ()


def add_entry(connection: Connection, columns: Mapping[str, Any]) -> bool:
    """Add a time on duty; False when the id is taken."""
    added = insert(duty_entry).values(**columns).on_conflict_do_nothing().returning(duty_entry.c.entry_id)
    return connection.execute(added).first() is not None


def read_entry(connection: Connection, entry_id: UUID) -> sa.RowMapping:
    """Return a time on duty.

    Raises:
        RecordNotFoundError: there is none.
    """
    row = connection.execute(sa.select(duty_entry).where(duty_entry.c.entry_id == entry_id)).mappings().first()
    if row is None:
        raise RecordNotFoundError
    return row


def lock_entry(connection: Connection, entry_id: UUID) -> sa.RowMapping:
    """Return a time on duty, locked.

    Raises:
        RecordNotFoundError: there is none.
    """
    return lock_row(connection, duty_entry, duty_entry.c.entry_id, entry_id)


def end_entry(connection: Connection, entry_id: UUID, *, ends_at: datetime, by: UUID) -> None:
    """Let a time on duty end at an instant; one that ends where it begins never was."""
    changed = sa.update(duty_entry).where(duty_entry.c.entry_id == entry_id)
    connection.execute(changed.values(ends_at=ends_at, ended_by=by))


_SERVES = sa.and_(person.c.status == PersonStatus.ACTIVE, ~person.c.roles.contained_by([Role.RECIPIENT.value]))
"""Whose last role but that of a recipient ended is on duty no more."""
IS_FIT = sa.exists().where(person.c.person_id == duty_entry.c.person_id, _SERVES)
_COUNTS = sa.and_(duty_entry.c.ends_at > duty_entry.c.starts_at, IS_FIT)


def on_duty(connection: Connection, unit_ids: Collection[UUID], *, now: datetime) -> list[OnDuty]:
    """Return who is on duty now in some units, as long as they may do something new."""
    names = (duty_entry.c[name] for name in ("entry_id", "person_id", "unit_id", "rank", "starts_at"))
    running = sa.and_(duty_entry.c.starts_at <= now, duty_entry.c.ends_at > now, _COUNTS)
    query = sa.select(*names).where(duty_entry.c.unit_id.in_(list(unit_ids)), running)
    return [OnDuty(**row) for row in connection.execute(query).mappings()]


def spans_of(connection: Connection, unit_ids: Collection[UUID], whole: Span) -> list[Span]:
    """Return when somebody is on duty in some units, as far as it touches a time."""
    touching = sa.and_(duty_entry.c.starts_at < whole.end_at, duty_entry.c.ends_at > whole.start_at, _COUNTS)
    query = sa.select(duty_entry.c.starts_at, duty_entry.c.ends_at)
    rows = connection.execute(query.where(duty_entry.c.unit_id.in_(list(unit_ids)), touching))
    return [Span(row.starts_at, row.ends_at) for row in rows]


ROSTER = Listing(
    sa.select(duty_entry).where(duty_entry.c.ends_at > duty_entry.c.starts_at),
    order=(duty_entry.c.starts_at, duty_entry.c.rank, duty_entry.c.entry_id),
    narrowed={
        "units": one_of(duty_entry.c.unit_id),
        "whose": equals(duty_entry.c.person_id),
        "ends_after": lambda instant: duty_entry.c.ends_at > instant,
        "starts_before": before(duty_entry.c.starts_at),
    },
    scope=("units", "whose"),
)
"""Times on duty in some units, or of a person."""


def add_call(connection: Connection, call: DutyCall) -> None:
    """Add an urgent call that nobody was told of yet."""
    columns = {name: value for name, value in vars(call).items() if name != "rings"}
    connection.execute(insert(duty_call).values(columns))


def add_ring(connection: Connection, incident_id: UUID, ring: Ring) -> None:
    """Note who is told."""
    connection.execute(insert(duty_ring).values(incident_id=incident_id, **vars(ring)))


def answer_ring(connection: Connection, incident_id: UUID, number: int, answer: RingAnswer) -> None:
    """Note what became of telling somebody."""
    changed = sa.update(duty_ring).where(duty_ring.c.incident_id == incident_id, duty_ring.c.number == number)
    connection.execute(changed.values(answer=answer))


def change_call(connection: Connection, incident_id: UUID, **values: object) -> None:
    """Note what became of a call."""
    connection.execute(sa.update(duty_call).where(duty_call.c.incident_id == incident_id).values(values))


def lock_call(connection: Connection, incident_id: UUID) -> DutyCall | None:
    """Return an urgent call, locked, or None."""
    locked = sa.select(duty_call.c.incident_id).where(duty_call.c.incident_id == incident_id).with_for_update()
    connection.execute(locked).first()
    return calls_of(connection, [incident_id]).get(incident_id)


def calls_waiting_for(connection: Connection, person_id: UUID) -> list[UUID]:
    """Return the urgent calls that wait for somebody's answer just now."""
    waits = sa.and_(duty_ring.c.person_id == person_id, duty_ring.c.answer == RingAnswer.WAITING.value)
    return list(connection.scalars(sa.select(duty_ring.c.incident_id).where(waits).order_by(duty_ring.c.incident_id)))


def is_on_duty(connection: Connection, person_id: UUID, now: datetime) -> bool:
    """Tell whether a time on duty of somebody runs now, wherever."""
    running = sa.and_(duty_entry.c.starts_at <= now, duty_entry.c.ends_at > now, _COUNTS)
    return bool(connection.scalar(sa.select(sa.exists().where(duty_entry.c.person_id == person_id, running))))


def serves(connection: Connection, person_id: UUID) -> bool:
    """Tell whether somebody may be on duty: active, and more than a recipient."""
    return bool(connection.scalar(sa.select(sa.exists().where(person.c.person_id == person_id, _SERVES))))


def open_of(
    connection: Connection, person_id: UUID, unit_ids: Collection[UUID], now: datetime, *, limit: int
) -> list[sa.RowMapping]:
    """Return somebody's times on duty in some units that are not over, locked, in the order of their ids."""
    not_over = sa.and_(duty_entry.c.ends_at > now, duty_entry.c.ends_at > duty_entry.c.starts_at)
    theirs = sa.select(duty_entry).where(duty_entry.c.person_id == person_id, not_over)
    here = theirs.where(duty_entry.c.unit_id.in_(list(unit_ids))).order_by(duty_entry.c.entry_id)
    return list(connection.execute(here.limit(limit).with_for_update()).mappings())


def calls_of(connection: Connection, incident_ids: Sequence[UUID]) -> dict[UUID, DutyCall]:
    """Return the urgent calls of some incidents, by incident."""
    rings: dict[UUID, list[Ring]] = {}
    all_rings = sa.select(duty_ring).where(duty_ring.c.incident_id.in_(incident_ids)).order_by(duty_ring.c.number)
    for row in connection.execute(all_rings).mappings():
        values = {name: row[name] for name in ("number", "person_id", "round", "rung_at", "answer_by")}
        rings.setdefault(row["incident_id"], []).append(Ring(answer=RingAnswer(row["answer"]), **values))
    calls = connection.execute(sa.select(duty_call).where(duty_call.c.incident_id.in_(incident_ids))).mappings()
    return {
        row["incident_id"]: DutyCall(
            **{**row, "state": CallState(row["state"])}, rings=tuple(rings.get(row["incident_id"], []))
        )
        for row in calls
    }


_LAST = (
    sa.select(
        duty_ring.c.incident_id,
        duty_ring.c.person_id.label("told_id"),
        sa.func.max(duty_ring.c.rung_at).label("rung_at"),
        sa.func.max(duty_ring.c.answer_by).label("answer_by"),
    )
    .group_by(duty_ring.c.incident_id, duty_ring.c.person_id)
    .subquery()
)
MY_CALLS = Listing(
    sa.select(
        duty_call.c.incident_id,
        duty_call.c.state,
        duty_call.c.opened_at,
        duty_call.c.acknowledged_by,
        _LAST.c.rung_at,
        _LAST.c.answer_by,
    )
    .join(_LAST, _LAST.c.incident_id == duty_call.c.incident_id)
    .where(duty_call.c.ended_at.is_(None)),
    order=(duty_call.c.opened_at, duty_call.c.incident_id),
    narrowed={"person": equals(_LAST.c.told_id)},
    scope=("person",),
)
"""The urgent calls that are not over and of which somebody was told, oldest first."""
