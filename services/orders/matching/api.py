"""/v1/matches: who could help."""

from __future__ import annotations

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.errors import ForbiddenError
from libs.http import reading
from services.orders.core.api.edge import now, reaches
from services.orders.core.api.views import read_order
from services.orders.core.store.rows import Row
from services.orders.matching import schemas
from services.orders.matching.usecases.match_volunteers import Matches as Found, match_volunteers

matches = Blueprint("matches", __name__, url_prefix="/v1/matches", description="Who could help")


@matches.route("")
class Matches(MethodView):
    """Who could help."""

    @matches.doc(operationId="list_matches")
    @matches.arguments(schemas.OrderQueryOfMatchesSchema, location="query")
    @matches.response(200, schemas.MatchesSchema)
    def get(self, query: Row) -> Found:
        """List who passes every gate of an order, ranked by stated reasons and their weights; nobody is assigned."""
        with reading() as connection:
            order = read_order(connection, query["order"]).order
            if not reaches(connection, order.unit_id, power="offer_order"):
                raise ForbiddenError
            return match_volunteers(connection, order, now())
