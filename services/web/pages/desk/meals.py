"""The sheet of a round: who gets what, in the planned order or by address, with what was ticked; saved and printed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response, abort, render_template, request
from werkzeug.exceptions import NotFound

from services.web.kit.areas import Area
from services.web.kit.closed import or_nothing
from services.web.kit.formats import write_instant
from services.web.kit.i18n import by_language, language, say
from services.web.kit.labels import label
from services.web.kit.lookups import service_of
from services.web.kit.tables import Cell, saved_as
from services.web.kit.viewer import api, now, web
from services.web.printing.answer import printed
from services.web.printing.paper import Paper, Table

area = Area("meals", __name__, __file__, "/desk/rounds")
POWER = "run_venue"
ORDERS = ("planned", "address")
ENDINGS = ("csv", "xlsx")
WHY = "sheet of a round"
"""Why the page asks who somebody is: it stands in the log that they see."""
OPEN_BOX = "□"
HOUSE = re.compile(r"([^0-9]*)([0-9]{0,9})")
Row = dict[str, Any]


@dataclass(frozen=True)
class Sheet:
    """A round as it is carried out: its order, and a line for each stop."""

    order: Row
    rows: list[Row]
    sorted_by: str

    @property
    def title(self) -> str:
        """Return what it is called."""
        return say("Sheet of the round, %(when)s", when=write_instant(self.order["start"]))

    @property
    def head(self) -> list[str]:
        """Return the heading of its table."""
        return [say("No."), say("Who"), say("Address"), say("What"), say("Done"), say("A note")]

    @property
    def table(self) -> list[list[str]]:
        """Return its lines as they are shown, saved and printed."""
        return [
            [
                str(row["number"]),
                row["name"] or say("Somebody"),
                row["address"] or "",
                service_of(self.order),
                label(f"stop.{row['outcome']}") if row["outcome"] else OPEN_BOX,
                row["words"] or "",
            ]
            for row in self.rows
        ]


@area.page("/<uuid:order_id>/sheet", needs=POWER)
def sheet(order_id: UUID) -> str:
    """Show the sheet of a round."""
    return render_template("desk/meals.html", sheet=_sheet(order_id))


@area.page("/<uuid:order_id>/sheet.<ending>", needs=POWER)
def sheet_saved(order_id: UUID, ending: str) -> Response:
    """Give the sheet as it is shown: as a table to save, or as PDF."""
    if ending not in (*ENDINGS, "pdf"):
        abort(404)
    shown = _sheet(order_id)
    name = f"round-{shown.order['start'][:10]}"
    if ending == "pdf":
        return printed(_paper(shown, name))
    table: list[list[Cell]] = [[*line] for line in [shown.head, *shown.table]]
    return saved_as(table, ending, name=name, title=say("Round"))


def _sheet(order_id: UUID) -> Sheet:
    order = api().get(f"/v1/orders/{order_id}")
    if order["kind"] != "round":
        raise NotFound
    rows = [_line(stop) for stop in api().get(f"/v1/rounds/{order_id}")["stops"]]
    sorted_by = request.args.get("by", "")
    if sorted_by != "address":
        return Sheet(order, rows, ORDERS[0])
    return Sheet(order, sorted(rows, key=lambda row: (_way(row["address"] or ""), row["number"])), sorted_by)


def _way(address: str) -> list[tuple[str, int]]:
    """Return how addresses follow each other: number 9 before number 10."""
    return [(words, int(number or 0)) for words, number in HOUSE.findall(address)]


def _line(stop: Row) -> Row:
    path = f"/v1/persons/{stop['recipient_id']}"
    person = or_nothing(lambda: api().get(path, why=WHY), 403, 404) or {}
    return stop | {"name": by_language(person.get("names") or {}), "address": person.get("address")}


def _paper(shown: Sheet, name: str) -> Paper:
    return Paper(
        shown.title,
        service_of(shown.order),
        [Table(say("Stops"), shown.head, shown.table)],
        " · ".join([web().parts.programme_name, say("Names and addresses: keep it safe, and destroy it afterwards.")]),
        language(),
        now(),
        name=name,
    )
