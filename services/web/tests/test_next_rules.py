"""The values of rules as they are typed: what is written is read back as it was."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.web.pages.district.proposing import ValueUnreadableError, read_value, write_value

RULES = Path(__file__).parents[3] / "services" / "accounts" / "data" / "policies" / "default.yaml"


def _row(**more: Any) -> dict[str, Any]:
    return {"name": "a.b", "type": "integer", "nullable": False, "default": None} | more


@pytest.mark.parametrize(
    ("row", "value"),
    [
        (_row(), 24),
        (_row(nullable=True), None),
        (_row(type="boolean"), True),
        (_row(type="boolean"), False),
        (_row(type="list", default=[1]), [100, 300]),
        (_row(type="list", default=["M"]), ["M", "H"]),
        (_row(type="list", default=[["door_code"]]), [["door_code"], ["place", "call_back"]]),
        (_row(type="days", default=[]), ["2026-10-01"]),
        (_row(type="days", default=[]), []),
        (_row(type="map", default={}), {"B1": 120}),
        (_row(type="text"), "时间币"),
        (_row(type="choice"), "floor"),
    ],
)
def test_what_is_written_is_read_back(row: dict[str, Any], value: Any) -> None:
    assert read_value(row, write_value(value)) == value


@pytest.mark.parametrize(("row", "typed"), [(_row(), "1.5"), (_row(), "–"), (_row(type="map"), "{")])
def test_what_is_no_value_is_refused_by_name(row: dict[str, Any], typed: str) -> None:
    with pytest.raises(ValueUnreadableError) as refused:
        read_value(row, typed)

    assert "a.b" in str(refused.value)


def test_every_default_of_the_programme_is_read_back() -> None:
    described = yaml.safe_load(RULES.read_text("utf-8"))
    rows = [
        {"name": f"{group}.{name}", "nullable": False} | row
        for group, rows in described["parameters"].items()
        for name, row in rows.items()
    ]
    assert len(rows) > 100

    for row in rows:
        default = row["default"]
        expected = (
            [str(part) if isinstance(part, date) else part for part in default] if row["type"] == "days" else default
        )
        assert read_value(row, write_value(expected)) == expected, row["name"]
