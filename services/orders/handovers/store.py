"""What waits in orders for exactly one person, and what waits for who may do it no more."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from libs.contracts.powers import POWERS
from libs.db import Connection
from libs.programme.standing import standing
from libs.programme.two_people import ProposalState
from libs.programme.words import PersonStatus, WorkKind
from services.orders.core.store import unit_store
from services.orders.core.store.tables import decision, orders, visitor
from services.orders.duty import store as duty
from services.orders.handovers.rules import AT_ONCE_MAX, OpenWork
from services.orders.visits import store as visits
from services.orders.visits.rules import ASSIGNED

SECOND_POWER = "decide_dispute_second"


def work_of(connection: Connection, holder_id: UUID, unit_ids: Sequence[UUID], now: datetime) -> list[OpenWork]:
    """Return what waits for somebody in some units: a bounded number of each kind."""
    return [
        *_on_duty(connection, unit_ids, now, duty.duty_entry.c.person_id == holder_id),
        *_visits(connection, unit_ids, now, visitor.c.visitor_id == holder_id),
        *second_words(connection, unit_ids, now, decision.c.second_id == holder_id),
    ]


def left_behind(connection: Connection, unit_ids: Sequence[UUID], now: datetime) -> list[OpenWork]:
    """Return what waits in some units for who may do it no more: a bounded number of each kind."""
    waiting = second_words(connection, unit_ids, now, sa.true())
    fit: dict[tuple[UUID, UUID], bool] = {}
    for of in waiting:
        key = (of.holder_id, of.unit_id)
        fit[key] = fit[key] if key in fit else may_say_second(connection, of.holder_id, of.unit_id)
    return [
        *_on_duty(connection, unit_ids, now, ~duty.IS_FIT),
        *_visits(connection, unit_ids, now, ~visits.STILL_VISITS),
        *(of for of in waiting if not fit[of.holder_id, of.unit_id]),
    ]


def second_words(
    connection: Connection, unit_ids: Sequence[UUID], now: datetime, which: sa.ColumnElement[bool]
) -> list[OpenWork]:
    """Return the decisions on disputes in some units that wait for their second person."""
    waits = (decision.c.state == ProposalState.PROPOSED.value) & (decision.c.lapses_at > now)
    query = (
        sa.select(decision, orders.c.unit_id)
        .join(orders, orders.c.order_id == decision.c.order_id)
        .where(waits, which, orders.c.unit_id.in_(list(unit_ids)))
        .order_by(decision.c.lapses_at, decision.c.decision_id)
    )
    return [
        OpenWork(
            WorkKind.SECOND_WORD,
            row.order_id,
            row.second_id,
            row.unit_id,
            row.order_id,
            row.proposed_at,
            row.lapses_at,
        )
        for row in connection.execute(query.limit(AT_ONCE_MAX))
    ]


def name_second(connection: Connection, decision_id: UUID, second_id: UUID) -> None:
    """Let another person say the second word."""
    changed = sa.update(decision).where(decision.c.decision_id == decision_id)
    connection.execute(changed.values(second_id=second_id))


def may_say_second(connection: Connection, person_id: UUID, unit_id: UUID) -> bool:
    """Tell whether somebody holds a role now that says second words on disputes of a unit."""
    row = connection.execute(sa.select(standing).where(standing.c.person_id == person_id)).first()
    path = unit_store.path_of(connection, unit_id)
    return row is not None and row.status == PersonStatus.ACTIVE and _reaches(row, POWERS[SECOND_POWER], path)


def _reaches(row: Any, roles: Collection[str], path: Collection[UUID]) -> bool:
    return any(role in roles and at in path for role, at in zip(row.roles, row.unit_ids, strict=True))


def _on_duty(
    connection: Connection, unit_ids: Sequence[UUID], now: datetime, which: sa.ColumnElement[bool]
) -> list[OpenWork]:
    entry = duty.duty_entry
    not_over = (entry.c.ends_at > now) & (entry.c.ends_at > entry.c.starts_at)
    query = sa.select(entry).where(not_over, which, entry.c.unit_id.in_(list(unit_ids)))
    rows = connection.execute(query.order_by(entry.c.starts_at, entry.c.entry_id).limit(AT_ONCE_MAX))
    return [
        OpenWork(WorkKind.DUTY, row.entry_id, row.person_id, row.unit_id, None, row.starts_at, row.ends_at)
        for row in rows
    ]


def _visits(
    connection: Connection, unit_ids: Sequence[UUID], now: datetime, which: sa.ColumnElement[bool]
) -> list[OpenWork]:
    rows = visits.assigned_in(connection, unit_ids, which, limit=AT_ONCE_MAX)
    return [
        OpenWork(
            WorkKind.VISITS,
            row.person_id,
            row.visitor_id,
            row.home_unit_id,
            row.person_id,
            row.assigned_at,
            row.assigned_at + ASSIGNED,
        )
        for row in rows
        if row.assigned_at + ASSIGNED > now
    ]
