"""/v1/indicators: the figures of a month, and the rows behind each."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.clock import local_date
from libs.db import Connection
from libs.errors import ForbiddenError
from libs.http import reading
from libs.http.lists import Page
from libs.programme.names import with_unit_names
from services.orders.core.api.edge import now, reaches
from services.orders.core.rules.counting import OF_PEOPLE, OF_VENUES
from services.orders.core.schemas import page_of_schema
from services.orders.core.store.rows import Row
from services.orders.indicators import schemas, store
from services.orders.indicators.rules import RULES_VERSION, Sum, end_of, figures_of, months_up_to

indicators = Blueprint("figures", __name__, url_prefix="/v1/indicators", description="Figures of a unit's month")
COUNTED_PAGE = page_of_schema(schemas.CountedSchema)


@indicators.route("")
class Figures(MethodView):
    """The figures of a month."""

    @indicators.doc(operationId="list_indicators")
    @indicators.arguments(schemas.FiguresQuerySchema, location="query")
    @indicators.response(200, schemas.FiguresSchema)
    def get(self, query: Row) -> Row:
        """Show the figures of a unit by month, or in one month those of the units right below it too."""
        month = _first_day(query["month"])
        with reading() as connection:
            _refuse_unless_reached(connection, query["unit"])
            units = store.units_under(connection, query["unit"]) if query["below"] == "yes" else [query["unit"]]
            months = months_up_to(month, query["months"])
            sums = store.sums_of(connection, units, months, now())
            rows = [_figures(unit, of, sums.get((unit, of), [])) for of in months for unit in units]
            return {"items": with_unit_names(connection, rows, "unit_id")}


@indicators.route("/rows")
class CountedRows(MethodView):
    """The rows of a figure."""

    @indicators.doc(operationId="list_indicator_rows")
    @indicators.arguments(schemas.CountedQuerySchema, location="query")
    @indicators.response(200, COUNTED_PAGE)
    def get(self, query: Row) -> Row:
        """List what a figure of a unit's month counts, in the order in which it happened."""
        with reading() as connection:
            _refuse_unless_reached(connection, query["unit"])
            page = _page(connection, query, _first_day(query["month"]))
            return page.showing(with_unit_names(connection, [_row(row) for row in page.rows], "unit_id"))


def _page(connection: Connection, query: Row, month: date) -> Page[Any]:
    at = now()
    if store.is_registered(query["indicator"]) and store.counting_of(connection).is_of_today(month, at):
        return store.REGISTERED_NOW.page(connection, query, now=at)
    return store.COUNTED.page(connection, query, month=month)


def _refuse_unless_reached(connection: Connection, unit_id: UUID) -> None:
    if not reaches(connection, unit_id):
        raise ForbiddenError


def _first_day(month: str | None) -> date:
    return date.fromisoformat(f"{month}-01") if month else local_date(now()).replace(day=1)


def _figures(unit_id: UUID, month: date, sums: list[Sum]) -> Row:
    return {
        "unit_id": unit_id,
        "month": f"{month:%Y-%m}",
        "is_over": end_of(month) <= now(),
        "rules_version": RULES_VERSION,
        "figures": figures_of(sums),
    }


def _row(counted: Any) -> Row:
    of = "person_id" if counted.kind in OF_PEOPLE else "count_id" if counted.kind in OF_VENUES else "order_id"
    names = ("kind", "at", "unit_id", "number", "credit_minutes", "marks")
    row = {"order_id": None, "person_id": None, "count_id": None} | {name: getattr(counted, name) for name in names}
    return row | {of: counted.subject_id, "service": counted.service_code or None}
