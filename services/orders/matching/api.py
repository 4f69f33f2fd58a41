"""/v1/matches: who could help."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.db import Connection
from libs.errors import ForbiddenError
from libs.http import current_actor, reading
from libs.http.language import named
from libs.http.openapi import keyless
from libs.programme.names import unit_names
from libs.translation import in_both
from services.orders.core.api.edge import command, now, reaches
from services.orders.core.api.views import read_order
from services.orders.core.rules.people import Person
from services.orders.core.store import people_store
from services.orders.core.store.rows import Row
from services.orders.matching import schemas
from services.orders.matching.usecases.match_orders import Fitting, match_orders
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


@matches.route("/orders")
class OrdersOfVolunteer(MethodView):
    """Near me."""

    @matches.doc(operationId="list_orders_near_volunteer")
    @matches.arguments(schemas.OrdersQuerySchema, location="query")
    @matches.response(200, schemas.FittingOrdersSchema)
    def get(self, query: Row) -> Row:
        """List open orders near a volunteer that every gate lets them take, ranked as volunteers are for an order.

        `show=barred` lists the rest, each with the gate that bars it. Volunteers ask for themselves, staff who offer
        orders for those of their units.
        """
        with reading() as connection:
            volunteer = _volunteer(connection, query["volunteer"])
            barred = query["show"] == "barred"
            fitting = match_orders(connection, volunteer, query, now(), within_m=query["within_m"], barred=barred)
            units = unit_names(connection, [row.order.unit_id for row in fitting.items])
            shown = [_shown(row, units.get(row.order.unit_id)) for row in fitting.items]
            return {"items": shown, "next": fitting.next, "barred": fitting.barred}


def _volunteer(connection: Connection, named_id: UUID | None) -> Person:
    """Return the caller, or a volunteer of theirs; it makes no difference whether there is such a person."""
    caller_id = current_actor().person_id
    volunteer = people_store.find_person(connection, named_id or caller_id)
    is_own = volunteer is not None and volunteer.person_id == caller_id
    if volunteer is None or not (is_own or reaches(connection, volunteer.home_unit_id, power="offer_order")):
        raise ForbiddenError
    return volunteer


def _shown(fitting: Fitting, unit_name: str | None) -> Row:
    service, gate = fitting.service, fitting.gate
    return {
        "order": fitting.order,
        "ranked": fitting.ranked,
        "service_name": named(service.name_zh, service.name_en),
        "unit_name": unit_name,
        "persons_taken": len(fitting.order.assignments),
        "offered": fitting.is_offered,
        "barred_by": None if gate is None else {"code": gate.code, **in_both(gate.english, module=gate.home)},
    }


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
