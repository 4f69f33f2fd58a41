"""Figures as they are shown: by month with a chart, by unit, and written for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from babel.dates import format_date

from services.web.kit.formats import write_minutes, write_number
from services.web.kit.i18n import locale, say
from services.web.kit.labels import label
from services.web.kit.months import Month

Row = dict[str, Any]
WIDTH, HEIGHT = 720, 200
LEFT, RIGHT, TOP, BOTTOM = 8, 712, 30, 166
BAR_WIDTH_MAX = 40
PERCENT = 100
BY_UNIT = (
    "fill_rate",
    "time_to_take_median",
    "no_taker",
    "services",
    "satisfaction",
    "flags",
    "reversals",
    "offline_share",
)
"""What stands beside each unit: what a street asks about its points."""


@dataclass(frozen=True)
class Bar:
    """One column of a chart: where its bar stands, and what is written above and below."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    value: str
    called: str


def values_of(months: list[Row], indicator: str) -> list[Row]:
    """Return a figure of each month."""
    return [next(figure for figure in row["figures"] if figure["indicator"] == indicator) for row in months]


def chart_of(months: list[Row], indicator: str) -> list[Bar]:
    """Return where the bar of each month stands."""
    return _bars([(_month_of(row), figure) for row, figure in zip(months, values_of(months, indicator), strict=True)])


def chart_of_ages(figures: list[Row]) -> list[Bar]:
    """Return where the bar of each age of what people have left stands."""
    ages = [figure for figure in figures if figure["figure"].startswith("age_")]
    return _bars([(label(f"years.{figure['figure']}"), as_minutes(figure)) for figure in ages])


def as_minutes(figure: Row) -> Row:
    """Return a figure of credit as one that is a number of minutes."""
    return {"value": figure["minutes"], "measure": "minutes"}


def _bars(columns: list[tuple[str, Row]]) -> list[Bar]:
    most = max([1, *(figure["value"] or 0 for _, figure in columns)])
    step = (RIGHT - LEFT) / max(len(columns), 1)
    width = round(min(step * 0.6, BAR_WIDTH_MAX), 1)
    bars = []
    for at, (called, figure) in enumerate(columns):
        middle = LEFT + step * (at + 0.5)
        height = round((BOTTOM - TOP) * (figure["value"] or 0) / most, 1)
        x, y = round(middle - width / 2, 1), round(BOTTOM - height, 1)
        bars.append(Bar(x, y, width, height, round(middle, 1), short(figure), called))
    return bars


def written(figure: Row) -> str:
    """Return a figure as people say it; a dash where there is nothing to make it of."""
    value, measure = figure["value"], figure["measure"]
    if value is None:
        return "–"
    if measure == "minutes":
        return write_minutes(value)
    if measure == "percent":
        return f"{value} %"
    if measure == "stars_percent":
        return say("%(stars)s of 5, answers: %(count)s", stars=f"{value / PERCENT:.1f}", count=figure["rows"])
    return write_number(value)


def short(figure: Row) -> str:
    """Return a figure in few letters, for above a bar."""
    if figure["measure"] == "minutes" and (figure["value"] or 0) >= PERCENT:
        return say("%(hours)s h", hours=write_number(figure["value"] // 60))
    is_rated = figure["measure"] == "stars_percent" and figure["value"] is not None
    return f"{figure['value'] / PERCENT:.1f}" if is_rated else written(figure)


def visit_rate(visits: Row) -> Row:
    """Return the visit rate as a figure: of whoever was on the list, who was seen."""
    listed = visits["listed"]
    value = visits["rate_percent"] if listed else None
    rows = {"rows": visits["visited"], "of_rows": listed}
    return {"called": label("visits.rate"), "value": value, "measure": "percent"} | rows


def table_of_figures(figures: list[Row]) -> list[list[str | int]]:
    """Return the figures of a month as a table to save: what is shown, and the plain number."""
    head: list[str | int] = [say("Figure"), say("Value"), say("Number"), say("Unit"), say("Rows"), say("of")]
    rows: list[list[str | int]] = [
        [
            figure.get("called") or label(f"indicator.{figure['indicator']}"),
            written(figure),
            "" if figure["value"] is None else figure["value"],
            label(f"measure.{figure['measure']}"),
            figure["rows"],
            figure["of_rows"],
        ]
        for figure in figures
    ]
    return [head, *rows]


def lines_of_credit(figures: list[Row]) -> list[list[str | int]]:
    """Return the figures of credit as lines of the table to save."""
    return [
        [
            label(f"credit.{figure['figure']}"),
            write_minutes(figure["minutes"]),
            figure["minutes"],
            label("measure.minutes"),
            figure["rows"],
            figure["rows"],
        ]
        for figure in figures
    ]


def head_of_credit() -> list[str | int]:
    """Return the head of a table of what a figure of credit counts."""
    return [say("When"), say("Why"), say("Who"), say("Unit"), say("Credit, minutes"), say("Transfer")]


def saved_credit(row: Row, people: dict[str, str]) -> list[str | int]:
    """Return what a figure of credit counts as a line of a table to save."""
    person = row["person_id"]
    return [
        row["at"] or "",
        label(f"reason.{row['reason']}") if row["reason"] else "",
        (people.get(person) or person) if person else "",
        row.get("district_name") or "",
        row["minutes"],
        row["transfer_id"] or "",
    ]


def head_of_rows() -> list[str | int]:
    """Return the head of a table of rows."""
    head: list[str | int] = [say("When"), say("What"), say("Order"), say("Who"), say("Unit"), say("Service")]
    head += [say("Number"), say("Credit, minutes"), say("Marks")]
    return head


def marks_of(row: Row) -> str:
    """Return what is said beside a row: at night, without a network, or its flags."""
    kind = "flag" if row["kind"] == "flagged" else "mark"
    return ", ".join(label(f"{kind}.{mark}") for mark in row["marks"])


def number_of(row: Row) -> str:
    """Return the number of a row: how long, how many stars, or how many more came than was counted before."""
    if row["kind"] in ("taken", "untaken", "served"):
        return write_minutes(row["number"])
    if row["kind"] in ("visitors", "meals_given"):
        return write_number(row["number"])
    return label(f"rating.{row['number']}") if row["kind"] == "rated" else ""


def saved_row(row: Row, people: dict[str, str]) -> list[str | int]:
    """Return a row of a figure as a line of a table to save."""
    person = row.get("person_id")
    return [
        row["at"],
        label(f"counted.{row['kind']}"),
        row.get("order_id") or "",
        (people.get(person) or person) if person else "",
        row.get("unit_name") or "",
        row.get("service") or "",
        row["number"],
        row["credit_minutes"],
        marks_of(row),
    ]


def _month_of(row: Row) -> str:
    first = Month.parse(row["month"], Month.of("2000-01-01T00:00:00Z")).first_day
    return str(format_date(first, "MMM", locale=locale()))
