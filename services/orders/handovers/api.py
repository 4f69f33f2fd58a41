"""/v1/open-work: what waits in orders for exactly one person."""

from __future__ import annotations

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.errors import ForbiddenError
from libs.http import reading
from libs.programme import directory
from libs.programme.names import with_unit_names
from services.orders.core.api.edge import now, reaches
from services.orders.core.schemas import page_of_schema
from services.orders.core.store.rows import Row
from services.orders.handovers import schemas, store

open_work = Blueprint("open_work", __name__, url_prefix="/v1/open-work", description="What waits for one person")


@open_work.route("")
class OpenWork(MethodView):
    """What waits for somebody, or for nobody who is there any more."""

    @open_work.doc(operationId="list_open_work")
    @open_work.arguments(schemas.OpenWorkQuerySchema, location="query")
    @open_work.response(200, page_of_schema(schemas.WaitingWorkSchema))
    def get(self, query: Row) -> Row:
        """List what waits for a person at a unit and below; where nobody is named, what who left has left behind."""
        with reading() as connection:
            if not reaches(connection, query["unit"], power="hand_over"):
                raise ForbiddenError
            unit_ids = directory.units_below(connection, [query["unit"]])
            if query["person"] is None:
                waiting = store.left_behind(connection, unit_ids, now())
            else:
                waiting = store.work_of(connection, query["person"], unit_ids, now())
            rows = with_unit_names(connection, [vars(of) for of in waiting], "unit_id")
        return {"items": rows, "next": None}
