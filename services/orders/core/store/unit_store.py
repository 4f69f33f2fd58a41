"""The tree of units, as far as it is heard of: what stands above, and what below."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from libs.db.prepared import Prepared
from libs.programme import directory
from services.orders.core.store import memo
from services.orders.core.store.facts import Ask, Rows, ask
from services.orders.core.store.memo import once

DEPTH_MAX = 10


_PATHS = Prepared(
    sa.text("""
    WITH RECURSIVE path AS (
        SELECT unit_id AS below, unit_id, parent_id, 1 AS depth FROM unit WHERE unit_id IN (
            SELECT home_unit_id FROM person WHERE person_id = ANY(:person_ids)
            UNION SELECT unit_id FROM orders WHERE order_id = ANY(CAST(:order_ids AS uuid[]))
        )
        UNION ALL
        SELECT p.below, u.unit_id, u.parent_id, p.depth + 1 FROM unit u JOIN path p ON u.unit_id = p.parent_id
        WHERE p.depth < :depth_max
    ) SELECT below, unit_id FROM path ORDER BY depth
""")
)


def path_of(connection: Connection, unit_id: UUID) -> list[UUID]:
    """Return the unit and those above it, up to the city."""

    def read() -> list[UUID]:
        return directory.path_of(connection, unit_id)

    return once(connection, ("path", unit_id), read)


_PATHS_OF_UNITS = Prepared(
    sa.text("""
    WITH RECURSIVE path AS (
        SELECT unit_id AS below, unit_id, parent_id, 1 AS depth FROM unit WHERE unit_id = ANY(:unit_ids)
        UNION ALL
        SELECT p.below, u.unit_id, u.parent_id, p.depth + 1 FROM unit u JOIN path p ON u.unit_id = p.parent_id
        WHERE p.depth < :depth_max
    ) SELECT below, unit_id FROM path ORDER BY depth
""")
)


def read_paths(connection: Connection, unit_ids: Iterable[UUID]) -> None:
    """Read the units above several units in one statement, where they are not known; `path_of` then finds them."""
    wanted = [unit_id for unit_id in unit_ids if not memo.has(connection, ("path", unit_id))]
    if not wanted:
        return
    paths: dict[UUID, list[UUID]] = {unit_id: [] for unit_id in wanted}
    for row in _PATHS_OF_UNITS.mappings(connection, {"unit_ids": wanted, "depth_max": DEPTH_MAX}):
        paths[row["below"]].append(row["unit_id"])
    for unit_id, path in paths.items():
        memo.put(connection, ("path", unit_id), path or [unit_id])


def ask_paths(*person_ids: UUID, of_orders: Sequence[UUID] = ()) -> Ask:
    """Ask for the units above the homes of people and above the units of orders."""

    def remember(connection: Connection, rows: Rows) -> None:
        paths: dict[UUID, list[UUID]] = {}
        for row in rows:
            paths.setdefault(row["below"], []).append(row["unit_id"])
        for unit_id, path in paths.items():
            memo.put(connection, ("path", unit_id), path)

    terms = {"person_ids": list(person_ids), "order_ids": list(of_orders), "depth_max": DEPTH_MAX}
    return ask(_PATHS, terms, remember)
