"""The tree of units: what lies above a unit, and below."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text

from libs.db import Connection
from libs.db.prepared import Prepared
from libs.db.rows import find_row
from libs.programme.directory.tables import unit

TREE_DEPTH_MAX = 10
DISTRICT = "district"

PATH = """
    WITH RECURSIVE up AS (
        SELECT unit_id, parent_id, 1 AS depth FROM unit WHERE unit_id = :unit_id
        UNION ALL
        SELECT unit.unit_id, unit.parent_id, up.depth + 1 FROM unit JOIN up ON unit.unit_id = up.parent_id
        WHERE up.depth < :depth_max
    ) SELECT unit_id FROM up ORDER BY depth"""
BELOW = """
    WITH RECURSIVE below AS (
        SELECT unit_id, 1 AS depth FROM unit WHERE unit_id = ANY(:unit_ids)
        UNION
        SELECT u.unit_id, b.depth + 1 FROM unit u JOIN below b ON u.parent_id = b.unit_id WHERE b.depth < :depth_max
    ) SELECT DISTINCT unit_id FROM below"""
_NAMES = Prepared(text("SELECT unit_id, name_zh, name_en FROM unit WHERE unit_id = ANY(:unit_ids)"))
_NAMELESS = Prepared(text("SELECT 1 FROM unit WHERE name_zh IS NULL LIMIT 1"))
_PATH, _BELOW = Prepared(text(PATH)), Prepared(text(BELOW))
_DISTRICTS = Prepared(text("SELECT unit_id FROM unit WHERE level = 'district'"))
_ROOTS = Prepared(text("SELECT unit_id FROM unit WHERE parent_id IS NULL"))


def path_of(connection: Connection, unit_id: UUID, *, unknown: Sequence[UUID] | None = None) -> list[UUID]:
    """Return the unit and those above it, up to the city; `unknown`, else the unit itself, when nobody told of it."""
    found = _PATH.scalars(connection, {"unit_id": unit_id, "depth_max": TREE_DEPTH_MAX})
    return found or list([unit_id] if unknown is None else unknown)


def units_below(connection: Connection, unit_ids: Iterable[UUID]) -> list[UUID]:
    """Return the units and all below them."""
    return _BELOW.scalars(connection, {"unit_ids": list(unit_ids), "depth_max": TREE_DEPTH_MAX})


class UnitNames(NamedTuple):
    """What a unit is called."""

    name_zh: str | None
    name_en: str | None


def names_of_units(connection: Connection, unit_ids: Iterable[UUID | None]) -> dict[UUID, UnitNames]:
    """Return what some units are called, in one statement; a unit that nobody told of is left out."""
    wanted = sorted({unit_id for unit_id in unit_ids if unit_id is not None})
    if not wanted:
        return {}
    return {row.unit_id: UnitNames(row.name_zh, row.name_en) for row in _NAMES.rows(connection, {"unit_ids": wanted})}


def lacks_names(connection: Connection) -> bool:
    """Tell whether an earlier release kept units without their names."""
    return _NAMELESS.scalar(connection) is not None


def city_units(connection: Connection) -> list[UUID]:
    """Return the root of the tree."""
    return _ROOTS.scalars(connection)


def districts(connection: Connection) -> list[UUID]:
    """Return all districts."""
    return _DISTRICTS.scalars(connection)


def district_of(connection: Connection, unit_id: UUID) -> UUID | None:
    """Return the district that a unit belongs to, or is; None when it is unknown, or the city itself."""
    row = find_row(connection, unit, unit_id=unit_id)
    if row is None:
        return None
    district_id: UUID | None = row.unit_id if row.level == DISTRICT else row.district_id
    return district_id
