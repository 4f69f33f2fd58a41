"""/v1/matches: who could help."""

from __future__ import annotations

from functools import partial

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.errors import ForbiddenError
from libs.http import reading
from libs.http.openapi import keyless
from services.orders.core.api.edge import command, now, reaches
from services.orders.core.api.views import read_order
from services.orders.core.store.rows import Row
from services.orders.matching import schemas
from services.orders.matching.usecases.match_volunteers import Matches as Found, match_volunteers
from services.orders.matching.usecases.offer_many import Wanted, offer_many
from services.orders.matching.usecases.plan_day import DayPlan, plan_day
from services.orders.matching.usecases.solving import solve

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


@matches.route("/plan")
class Plan(MethodView):
    """A day's plan."""

    @keyless
    @matches.doc(operationId="plan_day")
    @matches.arguments(schemas.PlanSchema)
    @matches.response(200, schemas.DayPlanSchema)
    def post(self, terms: Row) -> DayPlan:
        """Propose who goes where on a day: nobody is assigned, nothing is kept; what stays open has its reason."""
        with reading() as connection:
            if not reaches(connection, terms["unit"], power="offer_order"):
                raise ForbiddenError
        return plan_day(reading, terms["unit"], terms["day"], now(), partial(solve, seed=terms["seed"]))


@matches.route("/plan/offers")
class PlanOffers(MethodView):
    """What becomes of a plan."""

    @matches.doc(operationId="offer_orders")
    @matches.arguments(schemas.WantedOffersSchema)
    @matches.response(200, schemas.OfferResultsSchema)
    def post(self, terms: Row) -> Row:
        """Offer orders to volunteers, one by one, in this order; what is barred stays, with its code."""
        wanted = [Wanted(**offer) for offer in terms["offers"]]
        return command(lambda c, context: {"items": offer_many(c, context, wanted)}, terms)
