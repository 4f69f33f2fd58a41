"""/v1/volunteer-stops: a volunteer serves nobody for a day, on a coordinator's word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.db import Connection
from libs.errors import ForbiddenError
from libs.http import reading
from services.orders.core.api.edge import command, reaches, scope_of
from services.orders.core.api.views import may_know_of
from services.orders.core.schemas import ReasonSchema, Sight, done_schema, page_of_schema
from services.orders.core.store.rows import Row
from services.orders.core.usecases.command_context import CommandContext
from services.orders.stops import schemas, store
from services.orders.stops.rules import Stop
from services.orders.stops.usecases import lift_stop, stop_volunteer

stops = Blueprint(
    "stops", __name__, url_prefix="/v1/volunteer-stops", description="Volunteers who serve nobody for a day"
)


@dataclass(frozen=True)
class StopView:
    """A stop as one caller sees it; `StopSchema` says which group sees what of it."""

    stop: Stop
    sight: Sight


def stop_view(connection: Connection, stop: Stop) -> StopView:
    """Return a stop as the caller sees it."""
    return StopView(stop, Sight.STAFF if reaches(connection, stop.unit_id) else Sight.CONCERNED)


def _stop_command(use_case: Callable[[Connection, CommandContext], Stop], terms: Row, command_id: UUID | None) -> Row:
    def run(connection: Connection, context: CommandContext) -> Row:
        view = stop_view(connection, use_case(connection, context))
        return cast("Row", done_schema(schemas.StopSchema)().dump(view))

    return command(run, terms, command_id=command_id)


@stops.route("")
class Stops(MethodView):
    """Stops of a volunteer."""

    @stops.doc(operationId="list_volunteer_stops")
    @stops.arguments(schemas.StopsQuerySchema, location="query")
    @stops.response(200, page_of_schema(schemas.StopSchema))
    def get(self, query: Row) -> Row:
        """List stops, the last first: a volunteer's also to them and to who may act for them, a unit's to staff."""
        with reading() as connection:
            if query["unit"] is not None:
                page = store.STOPS.page(connection, query, units=scope_of(connection, query["unit"]))
            elif may_know_of(connection, query["volunteer_id"]):
                page = store.STOPS.page(connection, query)
            else:
                raise ForbiddenError
            return page.showing([stop_view(connection, Stop(**row._asdict())) for row in page.rows])


@stops.route("/<uuid:stop_id>")
class StopById(MethodView):
    """A stop."""

    @stops.doc(operationId="stop_volunteer")
    @stops.arguments(schemas.StopTermsSchema)
    @stops.response(201, done_schema(schemas.StopSchema))
    def put(self, terms: Row, stop_id: UUID) -> Row:
        """Stop a volunteer for 24 hours: they take no order and open no door; what they took until then opens again."""
        volunteer_id = terms["volunteer_id"]
        return _stop_command(
            lambda c, context: stop_volunteer(c, context, stop_id, volunteer_id=volunteer_id), terms, stop_id
        )


@stops.route("/<uuid:stop_id>/lifting")
class StopLifting(MethodView):
    """The end of a stop before its time."""

    @stops.doc(operationId="lift_volunteer_stop")
    @stops.arguments(ReasonSchema)
    @stops.response(200, done_schema(schemas.StopSchema))
    def post(self, terms: Row, stop_id: UUID) -> Row:
        """Let a volunteer serve again; what was opened to others stays open to be taken."""
        return _stop_command(lambda c, context: lift_stop(c, context, stop_id), terms, None)
