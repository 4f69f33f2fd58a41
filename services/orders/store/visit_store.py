"""Care visits: who was seen, and when last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from libs.clock import local_date
from services.orders.store.tables import person, visit


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
    connection.execute(sa.update(visit).where(visit.c.order_id == order_id).values(reversed=True))


def listed_people(connection: Connection, unit_ids: Iterable[UUID], now: datetime) -> list[Listed]:
    """Return the active people of the units who are on the visit list, with the days on which each was seen."""
    query = sa.select(person).where(
        person.c.home_unit_id.in_(list(unit_ids)),
        person.c.visit_listed_on.is_not(None),
        person.c.visit_risk != "",
        person.c.status.in_(["active", "suspended"]),
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
