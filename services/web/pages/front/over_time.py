"""Credit over time: what the API says of each month, over all districts, and where its chart draws it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from babel.dates import format_date

from services.web.kit.i18n import locale, say

Row = dict[str, Any]
SHOWN = ("saved_minutes", "spent_minutes", "lapsed_minutes", "outstanding_minutes")
WIDTH, HEIGHT = 720, 260
LEFT, RIGHT, TOP, BOTTOM = 8, 712, 18, 226
BARS = (("saved_minutes", "leaf"), ("spent_minutes", "ink"))
LABELS_MAX = 12
BAR_WIDTH_MAX = 40


@dataclass(frozen=True)
class Bar:
    """One bar of the chart."""

    colour: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Chart:
    """Bars for what moved, by one scale, and a line for what was left, by its own."""

    bars: list[Bar]
    line: str
    labels: list[tuple[float, str]]


def by_month(rows: list[Row]) -> list[Row]:
    """Return one row for each month, over all districts, oldest first; a district that began later counts from then."""
    months: dict[str, Row] = {}
    for row in rows:
        month = months.setdefault(row["month"], {"month": row["month"]} | dict.fromkeys(SHOWN, 0))
        for name in SHOWN:
            month[name] += row[name]
    return [months[month] for month in sorted(months)]


def chart_of(months: list[Row]) -> Chart:
    """Return where everything stands in the chart."""
    step = (RIGHT - LEFT) / max(len(months), 1)
    most = max([1, *(month[name] for month in months for name, _ in BARS)])
    highest = max([1, *(month["outstanding_minutes"] for month in months)])
    width = round(min(step * 0.36, BAR_WIDTH_MAX), 1)
    bars = [
        _bar(colour, LEFT + step * (at + 0.5) + (number - 1) * width, width, max(month[name], 0) / most)
        for at, month in enumerate(months)
        for number, (name, colour) in enumerate(BARS)
    ]
    points = (
        f"{round(LEFT + step * (at + 0.5), 1)},{round(_height_of(max(month['outstanding_minutes'], 0) / highest), 1)}"
        for at, month in enumerate(months)
    )
    every = -(-len(months) // LABELS_MAX)
    labels = [
        (round(LEFT + step * (at + 0.5), 1), _short(month["month"]))
        for at, month in enumerate(months)
        if (len(months) - 1 - at) % max(every, 1) == 0
    ]
    return Chart([bar for bar in bars if bar.height], " ".join(points), labels)


def first_day(month: str) -> date:
    """Return the first day of `2026-03`."""
    return date.fromisoformat(f"{month}-01")


def _bar(colour: str, x: float, width: float, part: float) -> Bar:
    y = round(_height_of(part), 1)
    return Bar(colour, round(x, 1), y, width, round(BOTTOM - y, 1))


def _height_of(part: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * part


def _short(month: str) -> str:
    return str(format_date(first_day(month), say("MMM yy"), locale=locale()))
