"""/v1/rounds: one volunteer's way to several people, and what was brought to whom."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.db import Connection
from libs.http import current_actor, reading
from libs.programme.names import with_unit_names
from libs.programme.words import Funding
from services.orders.core.api.edge import command, reaches, scope_of
from services.orders.core.api.views import order_command
from services.orders.core.refusals import OrderNotFoundError
from services.orders.core.schemas import OrderSchema, done_schema, page_of_schema
from services.orders.core.store import order_store
from services.orders.core.store.rows import Row
from services.orders.core.usecases.command_context import CommandContext
from services.orders.rounds import schemas, store
from services.orders.rounds.usecases.plan_round import RoundPlanned, plan_round
from services.orders.rounds.usecases.tick_stop import Tick, tick_stop

rounds = Blueprint("rounds", __name__, url_prefix="/v1/rounds", description="One way to several people")


@rounds.route("/counts")
class Counts(MethodView):
    """The sheet for the subsidy."""

    @rounds.doc(operationId="list_round_counts")
    @rounds.arguments(schemas.CountQuerySchema, location="query")
    @rounds.response(200, page_of_schema(schemas.CountSchema))
    def get(self, query: dict[str, Any]) -> Row:
        """List to staff how often each person was served on a day, by day."""
        with reading() as connection:
            page = store.COUNTS.page(connection, query, units=scope_of(connection, query["unit"]))
            return page.showing(with_unit_names(connection, [row._asdict() for row in page.rows], "unit_id"))


@rounds.route("/<uuid:order_id>")
class RoundById(MethodView):
    """One round."""

    @rounds.doc(operationId="get_round")
    @rounds.response(200, schemas.RoundSchema)
    def get(self, order_id: UUID) -> Row:
        """Show the stops of a round to its volunteer and to staff of its unit."""
        with reading() as connection:
            order = order_store.find_order(connection, order_id)
            if order is None:
                raise OrderNotFoundError
            is_theirs = current_actor().person_id in order.volunteer_ids
            stops = store.stops_of(connection, order_id) if is_theirs or reaches(connection, order.unit_id) else []
            if not stops:
                raise OrderNotFoundError
            return {"order_id": order_id, "stops": [vars(stop) for stop in stops]}

    @rounds.doc(operationId="plan_round")
    @rounds.arguments(schemas.RoundTermsSchema)
    @rounds.response(201, done_schema(OrderSchema))
    def put(self, terms: Row, order_id: UUID) -> Row:
        """Open a round, which is an order of this id that one volunteer takes; nobody of its stops pays."""
        plan = RoundPlanned(
            unit_id=terms["unit_id"],
            venue_id=terms["venue_id"],
            service_code=terms["service"],
            start_at=terms["start"],
            minutes=terms["minutes"],
            funding=Funding(terms["funding"]),
            recipient_ids=tuple(terms["recipient_ids"]),
        )
        return order_command(lambda c, context: plan_round(c, context, order_id, plan), terms, command_id=order_id)


@rounds.route("/<uuid:order_id>/stops/<uuid:stop_id>/tick")
class StopTick(MethodView):
    """What came of a stop."""

    @rounds.doc(operationId="tick_stop")
    @rounds.arguments(schemas.TickSchema)
    @rounds.response(200, done_schema(schemas.RoundStopSchema))
    def post(self, terms: Row, order_id: UUID, stop_id: UUID) -> Row:
        """Note that somebody was served, not met or refused, while one is on the round."""
        tick = Tick(terms["outcome"], terms["how"], terms["words"] or "")

        def run(connection: Connection, context: CommandContext) -> Row:
            return vars(tick_stop(connection, context, order_id, stop_id, tick))

        return command(run, terms | {"stop_id": str(stop_id)})
