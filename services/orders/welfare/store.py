"""Welfare checks with their steps, and whom to tell of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from libs.db import Connection
from libs.db.rows import add_row, change_rows
from libs.http.lists import Listing
from libs.programme.words import Role
from services.orders.core.store.tables import visitor
from services.orders.welfare.rules import Check, CheckState, Rung, Step, StepOutcome, WelfareCheck
from services.orders.welfare.tables import welfare_check, welfare_step

_STAFF = sa.text("""
    SELECT standing.person_id, held.unit_id
    FROM standing CROSS JOIN LATERAL unnest(roles, unit_ids) AS held (role, unit_id)
    WHERE status = 'active' AND roles && ARRAY['operator', 'coordinator', 'checker', 'district_admin', 'city_admin']
        AND unit_ids && CAST(:unit_ids AS uuid[])
        AND held.unit_id = ANY(CAST(:unit_ids AS uuid[])) AND held.role = ANY(CAST(:roles AS text[]))
    ORDER BY standing.person_id""")


def staff_of(connection: Connection, path: Sequence[UUID], roles: Collection[Role]) -> list[UUID]:
    """Return who holds one of some roles in a unit or above it, those of the nearest unit first."""
    nearest = {unit_id: steps for steps, unit_id in enumerate(path)}
    terms = {"unit_ids": list(path), "roles": sorted(roles)}
    rows = sorted(connection.execute(_STAFF, terms), key=lambda row: nearest[row.unit_id])
    return list(dict.fromkeys(row.person_id for row in rows))


def visitors_of(connection: Connection, person_id: UUID) -> list[UUID]:
    """Return who visits a person."""
    query = sa.select(visitor.c.visitor_id).where(visitor.c.person_id == person_id)
    return list(connection.execute(query).scalars())


def add_check(connection: Connection, check: WelfareCheck) -> None:
    """Add a check that has no step yet."""
    columns = {name: getattr(check, name) for name in ("incident_id", "unit_id", "district_id", "person_id")}
    add_row(connection, welfare_check, columns | _columns(check.check) | {"opened_at": check.opened_at})


def save_check(connection: Connection, incident_id: UUID, check: Check, **more: object) -> None:
    """Keep how far a check has come."""
    change_rows(connection, welfare_check, _columns(check) | more, incident_id=incident_id)


def add_step(connection: Connection, incident_id: UUID, step: Step) -> None:
    """Add a step, with who is told of it."""
    columns = vars(step) | {"told_ids": list(step.told_ids), "above_ids": list(step.above_ids)}
    add_row(connection, welfare_step, columns | {"incident_id": incident_id})


def change_step(connection: Connection, incident_id: UUID, number: int, **values: object) -> None:
    """Note what became of a step."""
    change_rows(connection, welfare_step, values, incident_id=incident_id, number=number)


def lock_check(connection: Connection, incident_id: UUID) -> WelfareCheck | None:
    """Return a check, locked, or None."""
    locked = sa.select(welfare_check.c.incident_id).where(welfare_check.c.incident_id == incident_id).with_for_update()
    connection.execute(locked).first()
    return find_check(connection, incident_id)


def find_check(connection: Connection, incident_id: UUID) -> WelfareCheck | None:
    """Return a check, or None."""
    return checks_of(connection, [incident_id]).get(incident_id)


def checks_of(connection: Connection, incident_ids: Sequence[UUID]) -> dict[UUID, WelfareCheck]:
    """Return the welfare checks among some incidents, by incident."""
    steps: dict[UUID, list[Step]] = {}
    query = sa.select(welfare_step).where(welfare_step.c.incident_id.in_(incident_ids))
    for row in connection.execute(query.order_by(welfare_step.c.number)).mappings():
        steps.setdefault(row["incident_id"], []).append(_step(row))
    checks = sa.select(welfare_check).where(welfare_check.c.incident_id.in_(incident_ids))
    return {
        row["incident_id"]: _check(row, steps.get(row["incident_id"], []))
        for row in connection.execute(checks).mappings()
    }


def _columns(check: Check) -> dict[str, Any]:
    return dict(vars(check))


def _check(row: sa.RowMapping, steps: Sequence[Step]) -> WelfareCheck:
    names = ("incident_id", "unit_id", "district_id", "person_id", "opened_at", "ended_at")
    check = Check(CheckState(row["state"]), Rung(row["rung"]), row["number"], row["above"])
    return WelfareCheck(check=check, steps=tuple(steps), **{name: row[name] for name in names})


def _step(row: sa.RowMapping) -> Step:
    values = {name: value for name, value in row.items() if name != "incident_id"}
    values |= {"rung": Rung(row["rung"]), "told_ids": tuple(row["told_ids"]), "above_ids": tuple(row["above_ids"])}
    return Step(**values | {"outcome": StepOutcome(row["outcome"]) if row["outcome"] else None})


def _told_to(person_id: object) -> sa.ColumnElement[bool]:
    step = welfare_step.alias()
    is_told = sa.literal(person_id, sa.Uuid) == sa.any_(step.c.told_ids + step.c.above_ids)
    return sa.exists().where(step.c.incident_id == welfare_check.c.incident_id, is_told)


MY_CHECKS = Listing(
    sa.select(welfare_check, welfare_step.c.answer_by, welfare_step.c.taken_by)
    .join(
        welfare_step,
        sa.and_(
            welfare_step.c.incident_id == welfare_check.c.incident_id,
            welfare_step.c.number == welfare_check.c.number,
        ),
    )
    .where(welfare_check.c.ended_at.is_(None)),
    order=(welfare_check.c.opened_at, welfare_check.c.incident_id),
    narrowed={"person": _told_to},
    scope=("person",),
)
"""The welfare checks that are not over and of which somebody was told, oldest first."""
