"""Care visits, and who is on the visit list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from libs.clock import local_date
from libs.db import Connection
from libs.db.rows import change_rows
from libs.http.lists import Sorted
from libs.http.pages import a_day, an_id
from libs.programme import directory
from libs.programme.words import PersonStatus
from services.orders.core.store import people_store
from services.orders.core.store.rows import Row
from services.orders.core.store.tables import INSTANT, person, table_of
from services.orders.visits import rules

visit = table_of(
    "visit",
    "visit_id",
    visit_id=sa.Uuid,
    person_id=sa.Uuid,
    how=sa.Text,
    outcome=sa.Text,
    visited_at=INSTANT,
    recorded_by=sa.Uuid,
    order_id=sa.Uuid,
    reversed=sa.Boolean,
)


@dataclass(frozen=True)
class Listed:
    """A person on the visit list."""

    person_id: UUID
    district_id: UUID
    risk: str
    listed_on: date
    seen_on: tuple[date, ...]


def add_visit(connection: Connection, columns: Mapping[str, Any]) -> bool:
    """Add a visit; False when the id is taken."""
    added = insert(visit).values(**columns).on_conflict_do_nothing().returning(visit.c.visit_id)
    return connection.execute(added).first() is not None


def undo_visits_of(connection: Connection, order_id: UUID) -> None:
    """Let visits that stand for an order's hours count no more."""
    change_rows(connection, visit, {"reversed": True}, order_id=order_id)


def listed_people(connection: Connection, unit_ids: Iterable[UUID], now: datetime) -> list[Listed]:
    """Return the active people of the units who are on the visit list, with the days on which each was seen."""
    query = sa.select(person).where(
        person.c.home_unit_id.in_(list(unit_ids)),
        person.c.visit_listed_on.is_not(None),
        person.c.visit_risk != "",
        person.c.status.in_([PersonStatus.ACTIVE, PersonStatus.SUSPENDED]),
    )
    people = connection.execute(query.order_by(person.c.person_id)).mappings().all()
    seen: dict[UUID, list[date]] = {row["person_id"]: [] for row in people}
    visits = sa.select(visit.c.person_id, visit.c.visited_at).where(
        visit.c.person_id.in_(list(seen)),
        visit.c.outcome == "seen",
        visit.c.reversed.is_(False),
        visit.c.visited_at <= now,
    )
    for row in connection.execute(visits):
        seen[row.person_id].append(local_date(row.visited_at))
    return [
        Listed(
            row["person_id"],
            row["district_id"],
            row["visit_risk"],
            row["visit_listed_on"],
            tuple(seen[row["person_id"]]),
        )
        for row in people
    ]


def visit_indicator(connection: Connection, unit_id: UUID, *, month: date, now: datetime) -> Row:
    """Return the monthly visit rate of a unit, and who is overdue today."""
    today = local_date(now)
    listed = listed_people(connection, directory.units_below(connection, [unit_id]), now)
    policies = {d: people_store.policy_on(connection, d, today) for d in {entry.district_id for entry in listed}}
    days = {entry.person_id: rules.interval_days(policies[entry.district_id], entry.risk) for entry in listed}
    monthly = [entry for entry in listed if rules.counts_monthly(days[entry.person_id])]
    visited = sum(1 for entry in monthly if rules.was_seen_in(month, entry.seen_on))
    overdue = [
        entry.person_id
        for entry in listed
        if rules.is_overdue(listed_on=entry.listed_on, seen_on=entry.seen_on, days=days[entry.person_id], today=today)
    ]
    return {
        "unit_id": unit_id,
        "month": f"{month:%Y-%m}",
        "listed": len(monthly),
        "visited": visited,
        "rate_percent": rules.rate_percent(listed=len(monthly), visited=visited),
        "overdue": overdue,
    }


def visit_plans(connection: Connection, unit_id: UUID, now: datetime) -> list[Row]:
    """Return who of a unit is on the visit list, with the last day seen and the last day by which to be seen again."""
    today = local_date(now)
    rows = []
    for entry in listed_people(connection, directory.units_below(connection, [unit_id]), now):
        policy = people_store.policy_on(connection, entry.district_id, today)
        days = rules.interval_days(policy, entry.risk)
        last_on = max(entry.seen_on, default=None)
        due_on = rules.due_on(listed_on=entry.listed_on, seen_on=entry.seen_on, days=days)
        row = {"person_id": entry.person_id, "risk": entry.risk, "interval_days": days, "listed_on": entry.listed_on}
        rows.append(row | {"last_seen_on": last_on, "due_on": due_on, "is_overdue": today > due_on})
    return rows


VISIT_PLANS: Sorted[Row] = Sorted(key=lambda row: (row["due_on"], row["person_id"]), parts=(a_day, an_id))
"""Those due first on top."""


def find_visit(connection: Connection, visit_id: UUID) -> Row | None:
    """Return a visit, or None."""
    row = connection.execute(sa.select(visit).where(visit.c.visit_id == visit_id)).mappings().first()
    return dict(row) if row else None
