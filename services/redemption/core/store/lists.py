"""What the lists of the features share."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

Row = dict[str, Any]


@dataclass(frozen=True)
class ProposalFilter:
    """Which entitlements, estates or credit requests a list shows."""

    person_id: UUID | None = None
    unit_id: UUID | None = None
    state: str | None = None


UNITS_BELOW = """
    WITH RECURSIVE below AS (
        SELECT unit_id FROM unit WHERE unit_id = :unit_id
        UNION ALL SELECT unit.unit_id FROM unit JOIN below ON unit.parent_id = below.unit_id
    ) SELECT unit_id FROM below"""


def list_proposals(
    connection: Connection,
    query: str,
    key: str,
    wanted: ProposalFilter,
    *,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Row]:
    terms: dict[str, Any] = {"limit": limit + 1}
    conditions = []
    if wanted.person_id:
        conditions.append("person_id = :person_id")
        terms["person_id"] = wanted.person_id
    if wanted.unit_id:
        conditions.append(f"person_id IN (SELECT person_id FROM person WHERE home_unit_id IN ({UNITS_BELOW}))")
        terms["unit_id"] = wanted.unit_id
    if wanted.state:
        conditions.append("state = :state")
        terms["state"] = wanted.state
    if before is not None:
        conditions.append(f"(proposed_at, {key}) < (:before_at, :before_id)")
        terms |= {"before_at": before[0], "before_id": before[1]}
    where = " AND ".join(conditions) or "true"
    text = f"{query} WHERE {where} ORDER BY proposed_at DESC, {key} DESC LIMIT :limit"
    return [dict(row) for row in connection.execute(sa.text(text), terms).mappings()]


def find_one(connection: Connection, query: str, identity: UUID) -> Row | None:
    row = connection.execute(sa.text(query), {"id": identity}).mappings().first()
    return dict(row) if row else None


def decided(connection: Connection, questions: Iterable[str], ids: Iterable[UUID]) -> Mapping[UUID, dict[str, object]]:
    """Return those of the ids that wait for nothing any more, by the questions of all features in one statement."""
    rows = connection.execute(sa.text(" UNION ALL ".join(questions)), {"ids": list(ids)})
    return {row.id: {"state": row.state} for row in rows}
