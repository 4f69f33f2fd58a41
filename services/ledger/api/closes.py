"""PUT /v1/period-closes/{id}: a month of a district's book is stated and closed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.http import Cursor, current_actor, reading, run_command
from libs.http.pages import a_month
from services.ledger.api import answers
from services.ledger.api.edge import service
from services.ledger.api.schemas import PeriodCloseBody, PeriodClosesQuery
from services.ledger.domain.closing import Month
from services.ledger.domain.errors import PeriodCloseNotFoundError
from services.ledger.queries import scope
from services.ledger.store import closing_store
from services.ledger.usecases import period_close
from services.ledger.usecases.post import Postings

blueprint = Blueprint("period-closes", __name__, url_prefix="/v1", description="Closed months of a district's book")
FIRST_MONTH = "0001-01-01"
CLOSES = Cursor(month=a_month)


@blueprint.route("/period-closes/<uuid:close_id>")
class PeriodClose(MethodView):
    """One closed month."""

    @blueprint.alt_response(200, schema=answers.PeriodClose)
    @blueprint.arguments(PeriodCloseBody)
    def put(self, body: dict[str, Any], close_id: UUID) -> dict[str, Any]:
        """Close a month that is over: opening and closing balances by class, what moved, and the log's head."""
        return run_command(lambda connection: _close(connection, close_id, body), terms=body, command_id=close_id)

    @blueprint.alt_response(200, schema=answers.PeriodClose)
    def get(self, close_id: UUID) -> dict[str, Any]:
        """Show the statement; GET /v1/receipts/{id} proves that its digest stands in the log."""
        with reading() as connection:
            closed = closing_store.find(connection, close_id)
            if closed is None or not scope.sees_district(connection, current_actor(), closed.district_id):
                raise PeriodCloseNotFoundError
        return period_close.as_answer(closed)


def _close(connection: Any, close_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    actor, district_id = current_actor(), body["district_id"]
    scope.refuse_unless_may(actor, "close_period", scope.path_of_district(connection, district_id))
    return period_close.close_period(
        connection,
        Postings(service().clock),
        close_id=close_id,
        district_id=district_id,
        month=Month.parse(body["month"]),
        closed_by=actor.person_id,
    )


@blueprint.route("/period-closes")
class PeriodCloses(MethodView):
    """A district's closed months."""

    @blueprint.alt_response(200, schema=answers.page_of(answers.PeriodClose))
    @blueprint.arguments(PeriodClosesQuery, location="query")
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List them in order."""
        month = CLOSES.after(query["cursor"])
        after = f"{month}-01" if month else FIRST_MONTH
        with reading() as connection:
            scope.refuse_unless_may_see_district(connection, current_actor(), query["district"])
            found = closing_store.closed_of(connection, query["district"], after=after, limit=query["limit"] + 1)
        return CLOSES.page([period_close.as_answer(one) for one in found], limit=query["limit"])
