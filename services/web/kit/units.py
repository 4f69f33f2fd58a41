"""The units of the tree for a form: each with the way to it, those of one unit and below."""

from __future__ import annotations

from typing import Any

from services.web.kit.i18n import named
from services.web.kit.lookups import all_units

Row = dict[str, Any]


def units_below(unit_id: str) -> list[Row]:
    """Return a unit and those below it, in the order of the tree, each called by its way from there."""
    units = {row["unit_id"]: row for row in all_units()}
    shown = [row | {"called": _called(row, units, unit_id)} for row in units.values() if unit_id in row["path"]]
    return sorted(shown, key=lambda row: (len(row["path"]), row["called"]))


def districts_of(unit_id: str) -> list[Row]:
    """Return the district that a unit belongs to; of a city, all of them."""
    districts = [row for row in all_units() if row["level"] == "district"]
    ways = [row["path"] for row in all_units() if row["unit_id"] == unit_id]
    own = [row for row in districts if any(row["unit_id"] in way for way in ways)]
    return own or [row for row in districts if unit_id in row["path"]]


def _called(row: Row, units: dict[str, Row], top: str) -> str:
    way = row["path"][row["path"].index(top) :]
    return " / ".join(named(units[step]) for step in way if step in units)
