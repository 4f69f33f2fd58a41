"""The front page, the rules of each district, the supply."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import render_template

from services.web.kit.areas import PUBLIC, Area
from services.web.kit.closed import or_nothing, part_of_page, rows_of
from services.web.kit.i18n import is_chinese
from services.web.kit.lookups import policy_of
from services.web.kit.viewer import anonymous_api
from services.web.pages.front.over_time import by_month, chart_of, first_day
from services.web.pages.front.rules import differences_of, sections_of, table_of

area = Area("front", __name__, __file__)
MONTHS_SHOWN = 24


@area.page("/", needs=PUBLIC)
def front() -> str:
    """Say what this is, how much time was saved and used, and where to go on."""
    supply = part_of_page(_supply)
    return render_template(
        "front/front.html", supply=supply, districts=part_of_page(_districts), total=_total(rows_of(supply))
    )


@area.page("/rules", needs=PUBLIC)
def rules() -> str:
    """List the districts."""
    return render_template("front/districts.html", districts=part_of_page(_districts))


@area.page("/rules/<uuid:unit_id>", needs=PUBLIC)
def rules_of(unit_id: UUID) -> str:
    """Tell the rules in force in a district, in plain words."""
    policy = policy_of(str(unit_id))
    described = anonymous_api().rows("/v1/policies/parameters")
    before = part_of_page(lambda: _version_before(unit_id, policy))
    changed = (
        differences_of(before["parameters"], policy["parameters"], described, is_chinese=is_chinese())
        if isinstance(before, dict)
        else []
    )
    return render_template(
        "front/rules.html",
        policy=policy,
        before=before,
        changed=changed,
        name=policy.get("unit_name") or "",
        sections=sections_of(policy["parameters"]),
        table=table_of(policy["parameters"], described, is_chinese=is_chinese()),
    )


@area.page("/supply", needs=PUBLIC)
def supply() -> str:
    """Show how much credit there is and where, and how anybody can check that nothing was changed."""
    rows, logs, months = part_of_page(_supply), part_of_page(_logs), part_of_page(_months)
    return render_template(
        "front/supply.html",
        supply=rows,
        total=_total(rows_of(rows)),
        logs=logs,
        months=months,
        chart=chart_of(rows_of(months)),
        first_day=first_day,
    )


def _version_before(unit_id: UUID, policy: dict[str, Any]) -> dict[str, Any] | None:
    """Return the rules that were in force until these began; none where they are the first."""
    last_day = date.fromisoformat(policy["effective"]) - timedelta(days=1)
    before: dict[str, Any] | None = or_nothing(
        lambda: anonymous_api().get("/v1/policies/current", unit=unit_id, on=last_day.isoformat())
    )
    return before


def _months() -> list[dict[str, Any]]:
    return by_month(anonymous_api().rows("/v1/supply/months", months=MONTHS_SHOWN))


def _districts() -> list[dict[str, Any]]:
    return anonymous_api().rows("/v1/organisation-units", level="district")


def _supply() -> list[dict[str, Any]]:
    """Return what each district issued and where it is."""
    rows = anonymous_api().rows("/v1/supply")
    rows_shown = []
    for row in rows:
        minutes = row["minutes"]
        people = sum(minutes.get(name, 0) for name in ("earned", "granted", "received"))
        held = sum(minutes.get(f"{name}_held", 0) for name in ("earned", "granted", "received", "pool"))
        rows_shown.append(
            {
                "district_id": row["district_id"],
                "name": row.get("district_name") or "",
                "issued": row["issued_minutes"],
                "people": people,
                "held": held,
                "pool": minutes.get("pool", 0),
                "used": minutes.get("redeemed", 0),
                "elsewhere": minutes.get("clearing", 0),
                "sum": row["sum_minutes"],
            }
        )
    return rows_shown


def _total(rows: list[dict[str, Any]]) -> dict[str, int]:
    return {name: sum(row[name] for row in rows) for name in ("issued", "people", "held", "pool", "used")}


def _logs() -> list[dict[str, Any]]:
    return [
        log | {"name": log.get("district_name") or "", "cosigned": (log.get("checkpoint") or "").count("\n— ") - 1}
        for log in anonymous_api().rows("/v1/logs")
    ]
