"""How many came to each place of a unit in a month: entered a day at a time, corrected with a reason, and saved."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Response, abort, redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from libs.clock import local_date
from libs.translation import message
from services.web.kit import flash
from services.web.kit.areas import Area
from services.web.kit.closed import part_of_page, rows_of
from services.web.kit.commands import command_of_form
from services.web.kit.i18n import say
from services.web.kit.lookups import names
from services.web.kit.months import Month
from services.web.kit.tables import Cell, saved_as
from services.web.kit.viewer import api, now, viewer

area = Area("counts", __name__, __file__, "/desk/venues/counts")
POWER = "run_venue"
ENDINGS = ("csv", "xlsx")
PLACES_MAX = 100
Row = dict[str, Any]


@area.page("", needs=POWER)
def counts() -> str:
    """Show what was counted in a month, newest day on top, with what was wrong before."""
    month = _month()
    rows = part_of_page(lambda: _counted(month))
    standing = [row for row in rows_of(rows) if not row["corrected_by"]]
    return render_template(
        "desk/counts.html",
        month=month,
        newest=Month.of(now()),
        rows=rows,
        listed=[_with_mended(row, rows_of(rows)) for row in reversed(standing)],
        sums={name: sum(row[name] for row in standing) for name in ("visitors", "meals")},
        places=rows_of(part_of_page(lambda: api().rows("/v1/venues", unit=_unit(), limit=PLACES_MAX))),
        place=request.args.get("venue", ""),
        people=names(row["entered_by"] for row in rows_of(rows)),
        today=local_date(now()).isoformat(),
        query=urlencode({"month": str(month), "venue": request.args.get("venue", "")}),
    )


@area.act("", needs=POWER)
def count_day() -> WerkzeugResponse:
    """Enter a day of a place."""
    body = _numbers() | {"day": request.form.get("day", "")}
    api().put(f"/v1/venues/{_place_of_form()}/counts/{command_of_form()}", body)
    flash.tell(message("Recorded."))
    return _back()


@area.act("/<uuid:count_id>/correction", needs=POWER)
def correct(count_id: UUID) -> WerkzeugResponse:
    """Correct a day: what was wrong stays below it."""
    body = _numbers() | {"why": request.form.get("why", "")}
    api().post(f"/v1/venues/{_place_of_form()}/counts/{count_id}/correction", body, command=command_of_form())
    flash.tell(message("Corrected. What stood there before can still be seen."))
    return _back()


@area.page("/table.<ending>", needs=POWER)
def table(ending: str) -> Response:
    """Give the month as it is shown as a table to save, with what was wrong."""
    if ending not in ENDINGS:
        abort(404)
    month = _month()
    return saved_as(_table_of(_counted(month)), ending, name=f"visitors-{month}", title=str(month))


def _counted(month: Month) -> list[Row]:
    last = month.later(1).first_day - timedelta(days=1)
    query = {"unit": _unit(), "from": month.first_day, "until": last, "venue": request.args.get("venue") or None}
    return list(api().all_rows("/v1/venues/counts", **query))


def _with_mended(row: Row, rows: list[Row]) -> Row:
    """Return a count with those that it corrects, the newest first."""
    by_id = {other["count_id"]: other for other in rows}
    mended: list[Row] = []
    before = row["corrects"]
    while before in by_id:
        mended.append(by_id[before])
        before = by_id[before]["corrects"]
    return row | {"mended": mended}


def _table_of(rows: list[Row]) -> list[list[Cell]]:
    head: list[Cell] = [say("Day"), say("Place"), say("Visitors"), say("Meals"), say("Entered by")]
    head += [say("Why it was corrected"), say("It stands")]
    people = names(row["entered_by"] for row in rows)
    return [
        head,
        *(
            [
                row["day"],
                row["venue_name"] or "",
                row["visitors"],
                row["meals"],
                people.get(row["entered_by"]) or say("Somebody"),
                row["why"],
                say("no") if row["corrected_by"] else say("yes"),
            ]
            for row in rows
        ),
    ]


def _numbers() -> Row:
    return {name: _whole(request.form.get(name, "")) for name in ("visitors", "meals")}


def _whole(text: str) -> int | str:
    """Return a number that was typed; anything else as it is, which the API refuses with its reason."""
    return int(text) if text.strip().isascii() and text.strip().isdigit() else text


def _place_of_form() -> UUID:
    try:
        return UUID(request.form.get("venue_id", ""))
    except ValueError:
        abort(400)


def _month() -> Month:
    return Month.parse(request.args.get("month", ""), Month.of(now()))


def _unit() -> str:
    return viewer().unit_of("coordinator")


def _back() -> WerkzeugResponse:
    return redirect("/desk/venues/counts", 303)
