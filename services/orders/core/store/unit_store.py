"""The tree of units, as far as it is heard of: what stands above, and what below."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from libs.db.prepared import Prepared
from services.orders.core.store import memo
from services.orders.core.store.facts import Ask, Rows, ask
from services.orders.core.store.memo import once

DEPTH_MAX = 10


_PATHS = Prepared(
    sa.text("""
    WITH RECURSIVE path AS (
        SELECT unit_id AS below, unit_id, parent_id, 1 AS depth FROM org_unit WHERE unit_id IN (
            SELECT home_unit_id FROM person WHERE person_id = ANY(:person_ids)
            UNION SELECT unit_id FROM orders WHERE order_id = CAST(:order_id AS uuid)
        )
        UNION ALL
        SELECT p.below, u.unit_id, u.parent_id, p.depth + 1 FROM org_unit u JOIN path p ON u.unit_id = p.parent_id
        WHERE p.depth < :depth_max
    ) SELECT below, unit_id FROM path ORDER BY depth
""")
)


_PATH = Prepared(
    sa.text("""
    WITH RECURSIVE path AS (
        SELECT unit_id, parent_id, 1 AS depth FROM org_unit WHERE unit_id = :unit
        UNION ALL
        SELECT u.unit_id, u.parent_id, p.depth + 1 FROM org_unit u JOIN path p ON u.unit_id = p.parent_id
        WHERE p.depth < :depth_max
    ) SELECT unit_id FROM path ORDER BY depth
""")
)


_BELOW = Prepared(
    sa.text("""
    WITH RECURSIVE below AS (
        SELECT unit_id, 1 AS depth FROM org_unit WHERE unit_id = ANY(:units)
        UNION
        SELECT u.unit_id, b.depth + 1 FROM org_unit u JOIN below b ON u.parent_id = b.unit_id
        WHERE b.depth < :depth_max
    ) SELECT DISTINCT unit_id FROM below
""")
)


def city_units(connection: Connection) -> list[UUID]:
    """Return the root of the tree."""
    return list(connection.scalars(sa.text("SELECT unit_id FROM org_unit WHERE parent_id IS NULL")))


def path_of(connection: Connection, unit_id: UUID) -> list[UUID]:
    """Return the unit and those above it, up to the city."""

    def read() -> list[UUID]:
        return _PATH.scalars(connection, {"unit": unit_id, "depth_max": DEPTH_MAX})

    return once(connection, ("path", unit_id), read) or [unit_id]


def units_below(connection: Connection, unit_ids: Iterable[UUID]) -> list[UUID]:
    """Return the units and all below them."""
    return _BELOW.scalars(connection, {"units": list(unit_ids), "depth_max": DEPTH_MAX})


def ask_paths(*person_ids: UUID, of_order: UUID | None = None) -> Ask:
    """Ask for the units above the homes of people and above an order's unit."""

    def remember(connection: Connection, rows: Rows) -> None:
        paths: dict[UUID, list[UUID]] = {}
        for row in rows:
            paths.setdefault(row["below"], []).append(row["unit_id"])
        for unit_id, path in paths.items():
            memo.put(connection, ("path", unit_id), path)

    terms = {"person_ids": list(person_ids), "order_id": of_order, "depth_max": DEPTH_MAX}
    return ask(_PATHS, terms, remember)
