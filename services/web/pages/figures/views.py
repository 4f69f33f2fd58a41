"""The figures of a unit's month, with what they were in the year before, and the rows that each of them counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import Response, abort, render_template, request

from libs.contracts.powers import POWERS
from services.web.clients.api import TooLongError
from services.web.kit.areas import Area
from services.web.kit.closed import Closed, part_of_page, rows_of
from services.web.kit.i18n import say
from services.web.kit.labels import label
from services.web.kit.lookups import forget_names, names, service_name, unit
from services.web.kit.months import Month
from services.web.kit.tables import saved_as, streamed_as
from services.web.kit.viewer import anonymous_api, api, now, viewer
from services.web.pages.figures import charts

area = Area("figures", __name__, __file__, "/figures")
POWER = "view_orders"
MONTHS_SHOWN = 12
PAGE = 100
PERCENT = 100
ENDINGS = ("csv", "xlsx")
Row = dict[str, Any]
Line = list[str | int]


@dataclass(frozen=True)
class View:
    """What an address asks for: which unit and month, and which figure is drawn or opened."""

    unit_id: str
    month: Month
    indicator: str

    @property
    def query(self) -> dict[str, str]:
        """Return what the API is asked."""
        return {"unit": self.unit_id, "month": str(self.month)}


@area.page("", needs=POWER)
def figures() -> str:
    """Show all figures of a month, one of them over twelve months, and some of each unit below."""
    view = _view()
    months = part_of_page(lambda: _figures(view, months=MONTHS_SHOWN))
    below = part_of_page(lambda: _figures(view, below="yes"))
    rows = rows_of(months)
    shown = _shown(rows, view)
    return render_template(
        "figures/figures.html",
        view=view,
        place=unit(view.unit_id),
        own=viewer().unit_of(*POWERS[POWER]),
        months=months,
        month=rows[-1] if rows else {"figures": []},
        shown=shown,
        bars=charts.chart_of(rows, shown) if rows else [],
        by_month=list(zip(rows, charts.values_of(rows, shown), strict=True)) if rows else [],
        below=below,
        by_unit=charts.BY_UNIT,
        credit=part_of_page(lambda: _credit(view)),
        supply=rows_of(part_of_page(lambda: _supply(view))),
        visits=part_of_page(lambda: _visits(view)),
        newest=Month.of(now()),
        charts=charts,
    )


@area.page("/rows", needs=POWER)
def rows() -> str:
    """Show what a figure counts, page by page."""
    view = _view()
    page: Row | Closed = part_of_page(lambda: _page_of(view))
    listed = [] if isinstance(page, Closed) else page["items"]
    return render_template(
        "figures/rows.html",
        view=view,
        place=unit(view.unit_id),
        page=page,
        rows=listed,
        before=_before(),
        total=None if isinstance(page, Closed) else _rows_of(view),
        people=names(row.get("person_id") for row in listed),
        service_name=service_name,
        charts=charts,
    )


@area.page("/table.<ending>", needs=POWER)
def figures_table(ending: str) -> Response:
    """Give the figures of a month as a table."""
    view = _view()
    (month,) = _figures(view)
    figures = [*month["figures"], charts.visit_rate(_visits(view))]
    table = [*charts.table_of_figures(figures), *charts.lines_of_credit(_credit(view)["figures"])]
    return saved_as(table, _ending(ending), name=f"figures-{view.month}", title=str(view.month))


@area.page("/rows.<ending>", needs=POWER)
def rows_table(ending: str) -> Response:
    """Give all rows of a figure as a table, however many."""
    view = _view()
    api().get("/v1/indicators/rows", indicator=view.indicator, limit=1, **view.query)  # Refused before it is begun.
    name = f"{view.indicator.replace('_', '-')}-{view.month}"
    title = label(f"indicator.{view.indicator}")
    asked = {**view.query, "indicator": view.indicator}
    lines = _every_line("/v1/indicators/rows", charts.head_of_rows(), charts.saved_row, **asked)
    return streamed_as(lines, _ending(ending), name=name, title=title)


def _every_line(path: str, head: Line, line_of: Callable[[Row, dict[str, str]], Line], **asked: str) -> Iterator[Line]:
    yield head
    try:
        for page in api().every_page(path, **asked):
            people = names(row.get("person_id") for row in page)
            yield from (line_of(row, people) for row in page)
            forget_names()
    except TooLongError:
        yield [say("There are more lines than a table holds: save those of each unit below.")]


@area.page("/credit", needs=POWER)
def credit() -> str:
    """Show what a figure of credit counts, page by page."""
    view, figure = _view(), _figure()
    asked = {**view.query, "figure": figure, "cursor": request.args.get("cursor")}
    page: Row | Closed = part_of_page(lambda: api().get("/v1/supply/figures/rows", limit=PAGE, **asked))
    listed = [] if isinstance(page, Closed) else page["items"]
    counted = [] if isinstance(page, Closed) else _credit(view)["figures"]
    return render_template(
        "figures/credit.html",
        view=view,
        figure=figure,
        place=unit(view.unit_id),
        page=page,
        rows=listed,
        before=_before(),
        total=next((row["rows"] for row in counted if row["figure"] == figure), 0),
        people=names(row["person_id"] for row in listed),
    )


@area.page("/credit.<ending>", needs=POWER)
def credit_table(ending: str) -> Response:
    """Give all that a figure of credit counts as a table."""
    view, figure = _view(), _figure()
    asked = {**view.query, "figure": figure}
    api().get("/v1/supply/figures/rows", limit=1, **asked)  # Refused before it is begun.
    lines = _every_line("/v1/supply/figures/rows", charts.head_of_credit(), charts.saved_credit, **asked)
    name = f"{figure.replace('_', '-')}-{view.month}"
    return streamed_as(lines, _ending(ending), name=name, title=label(f"credit.{figure}"))


def _figure() -> str:
    return request.args.get("figure", "saved")[:40]


def _before() -> int:
    """Return how many lines stood on the pages before, as the address says."""
    given = request.args.get("before", "")[:9]
    return int(given) if given.isdecimal() else 0


def _view() -> View:
    """Return what the address asks for; the viewer's own unit, and this month, where it does not say."""
    month = Month.parse(request.args.get("month", ""), Month.of(now()))
    unit_id = request.args.get("unit") or viewer().unit_of(*POWERS[POWER])
    return View(unit_id[:36], month, request.args.get("indicator", "fill_rate")[:40])


def _ending(ending: str) -> str:
    if ending not in ENDINGS:
        abort(404)
    return ending


def _figures(view: View, **more: object) -> list[Row]:
    return api().rows("/v1/indicators", **view.query, **more)


def _shown(months: list[Row], view: View) -> str:
    known = [figure["indicator"] for figure in months[-1]["figures"]] if months else []
    return view.indicator if view.indicator in known else "fill_rate"


def _page_of(view: View) -> Row:
    cursor = request.args.get("cursor")
    page: Row = api().get("/v1/indicators/rows", indicator=view.indicator, limit=PAGE, cursor=cursor, **view.query)
    return page


def _rows_of(view: View) -> int:
    """Return how many rows the figure counts."""
    figures = [figure for month in _figures(view) for figure in month["figures"]]
    return int(next((figure["rows"] for figure in figures if figure["indicator"] == view.indicator), 0))


def _visits(view: View) -> Row:
    """Return who was on the visit list of the month, and who of them was seen."""
    answered: Row = api().get("/v1/indicators/visits", **view.query)
    return answered


def _credit(view: View) -> Row:
    """Return the figures of credit, of a district or the city: below them nobody has a book."""
    figures: Row = api().get("/v1/supply/figures", **view.query)
    return figures


def _supply(view: View) -> list[Row]:
    """Return what was used of what was saved in the month, and what people had at its end."""
    place = unit(view.unit_id)
    if place["level"] not in ("district", "city"):
        return []
    is_here = place["level"] == "city"
    rows = [
        row
        for row in anonymous_api().rows("/v1/supply/months", months=MONTHS_SHOWN)
        if row["month"] == str(view.month) and (is_here or row["district_id"] == view.unit_id)
    ]
    sums = {name: sum(row[f"{name}_minutes"] for row in rows) for name in ("saved", "spent", "outstanding")}
    ratio = sums["spent"] * PERCENT // sums["saved"] if sums["saved"] else None
    return [sums | {"ratio": ratio, "sheet": None if is_here else view.unit_id}] if rows else []
