"""GET /v1/supply/figures: what moved in a month, how old what is left is, and the rows behind each number."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.clock import local_date
from libs.db import Connection
from libs.http import Cursor, current_actor, reading
from libs.http.pages import a_number, an_id
from libs.programme.names import with_unit_names
from services.ledger.api import response_schemas
from services.ledger.api.edge import credit_figures, service
from services.ledger.api.schemas import CreditFiguresQuery, CreditRowsQuery
from services.ledger.domain.closing import Month
from services.ledger.queries import scope
from services.ledger.queries.credit_figures import Place, Span, rows_of, spans_of

blueprint = Blueprint("credit_figures", __name__, url_prefix="/v1/supply/figures", description="Figures of credit")
PLACES = Cursor(book=a_number, pos=a_number, owner=an_id)


@blueprint.route("")
class CreditFigures(MethodView):
    """The figures of a month's credit."""

    @blueprint.doc(operationId="list_credit_figures")
    @blueprint.alt_response(200, schema=response_schemas.CreditFigures)
    @blueprint.arguments(CreditFiguresQuery, location="query")
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Show what moved in a month in a district or the city, and how old what people have left is."""
        month = _month(query["month"])
        now = service().clock.now()
        with reading() as connection:
            spans = _spans(connection, query["unit"], month)
            shown = {
                "unit_id": query["unit"],
                "month": str(month),
                "is_over": month.next_day <= local_date(now),
                "figures": credit_figures().of(connection, spans, now) if spans else [],
            }
            (answer,) = with_unit_names(connection, [shown], "unit_id")
        return answer


@blueprint.route("/rows")
class CreditRows(MethodView):
    """The rows of a figure."""

    @blueprint.doc(operationId="list_credit_figure_rows")
    @blueprint.alt_response(200, schema=response_schemas.page_of(response_schemas.CreditRow))
    @blueprint.arguments(CreditRowsQuery, location="query")
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List what a figure counts: transfers in the order of the journal, or people with what they have left."""
        after = Place(*(PLACES.read(query["cursor"]) or ()))
        with reading() as connection:
            spans = _spans(connection, query["unit"], _month(query["month"]))
            rows = rows_of(connection, spans, query["figure"], after=after, limit=query["limit"] + 1)
            page = PLACES.page(rows, limit=query["limit"])
            return page | {"items": [_shown(row) for row in with_unit_names(connection, page["items"], "district_id")]}


def _month(month: str | None) -> Month:
    return Month.parse(month) if month else Month(local_date(service().clock.now()).replace(day=1))


def _spans(connection: Connection, unit_id: UUID, month: Month) -> list[Span]:
    scope.refuse_unless_may_see_district(connection, current_actor(), unit_id)
    return spans_of(connection, scope.units_below(connection, unit_id), month)


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in Place._fields}
