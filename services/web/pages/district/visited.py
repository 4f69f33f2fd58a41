"""Who counts in the visit rate of a month: everybody on the list, with the last day on which they were seen."""

from __future__ import annotations

from flask import render_template, request

from libs.contracts.powers import POWERS
from services.web.kit.areas import Area
from services.web.kit.closed import Closed, part_of_page
from services.web.kit.lookups import names, unit
from services.web.kit.months import Month
from services.web.kit.viewer import api, now, viewer

area = Area("visited", __name__, __file__, "/district/visits")
PAGE = 100
POWER = "view_orders"


@area.page("", needs=POWER)
def visited() -> str:
    """Show who was to be seen in a month, and who was; page by page."""
    month = Month.parse(request.args.get("month", ""), Month.of(now()))
    unit_id = (request.args.get("unit") or viewer().unit_of(*POWERS[POWER]))[:36]
    seen = request.args.get("seen") if request.args.get("seen") in ("yes", "no") else None
    asked = {"unit": unit_id, "month": str(month), "seen": seen, "cursor": request.args.get("cursor")}
    page = part_of_page(lambda: api().get("/v1/indicators/visits/rows", limit=PAGE, **asked))
    rows = [] if isinstance(page, Closed) else page["items"]
    return render_template(
        "district/visited.html",
        place=unit(unit_id),
        month=month,
        seen=seen,
        page=page,
        rows=rows,
        people=names(row["person_id"] for row in rows),
    )
