"""/v1/duty-roster and /v1/duty-calls: who is on duty when, and the urgent calls that went to them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.db import Connection
from libs.errors import ForbiddenError
from libs.http import current_actor, reading
from libs.programme.names import unit_names
from libs.translation import in_both
from services.orders.core.api.edge import command, now, reaches, scope_of
from services.orders.core.schemas import PageQuerySchema, page_of_schema
from services.orders.core.store import unit_store
from services.orders.core.store.rows import Row
from services.orders.core.usecases.command_context import CommandContext
from services.orders.duty import rules, schemas, store
from services.orders.duty.rules import Span
from services.orders.duty.store import DutyCall
from services.orders.duty.usecases import TimeOnDuty, acknowledge_call, end_duty, set_duty

duty_roster = Blueprint("duty_roster", __name__, url_prefix="/v1/duty-roster", description="Who is on duty")
duty_calls = Blueprint("duty_calls", __name__, url_prefix="/v1/duty-calls", description="Urgent calls to those on duty")


def calling_view(call: DutyCall) -> Row:
    """Return how far a call has come, in words for the caller."""
    dial = rules.EMERGENCY_NUMBER if call.state in rules.ALONE else None
    words = in_both(rules.WORDS[call.state], module=rules.__name__)
    return {"state": call.state, "acknowledged_at": call.acknowledged_at, "dial": dial, **words}


@duty_roster.route("")
class Roster(MethodView):
    """The list."""

    @duty_roster.doc(operationId="list_duty_roster")
    @duty_roster.arguments(schemas.RosterQuerySchema, location="query")
    @duty_roster.response(200, page_of_schema(schemas.DutySchema))
    def get(self, query: dict[str, Any]) -> Row:
        """List times on duty, the first on top: those of a unit and below for staff, one's own for everybody."""
        with reading() as connection:
            if query["unit"] is None:
                page = store.ROSTER.page(connection, query, whose=current_actor().person_id)
            else:
                page = store.ROSTER.page(connection, query, units=scope_of(connection, query["unit"]))
            units = unit_names(connection, [row.unit_id for row in page.rows])
        return page.answer(lambda row: row._asdict() | {"unit_name": units.get(row.unit_id)})


@duty_roster.route("/<uuid:entry_id>")
class RosterEntry(MethodView):
    """One time on duty."""

    @duty_roster.doc(operationId="set_duty")
    @duty_roster.arguments(schemas.DutyTermsSchema)
    @duty_roster.response(201, schemas.DutySchema)
    def put(self, terms: Row, entry_id: UUID) -> Row:
        """Put somebody who has agreed to it on the roster; times may overlap."""
        wanted = TimeOnDuty(
            terms["unit_id"], terms["person_id"], Span(terms["starts_at"], terms["ends_at"]), terms["rank"]
        )
        return command(lambda c, context: set_duty(c, context, entry_id, wanted), terms, command_id=entry_id)

    @duty_roster.doc(operationId="end_duty")
    @duty_roster.response(200, schemas.DutySchema)
    def delete(self, entry_id: UUID) -> Row:
        """Take a time on duty back, by the coordinator or by whom it binds; what has been of it stays."""
        return command(lambda c, context: end_duty(c, context, entry_id), {"entry_id": str(entry_id)})


@duty_roster.route("/gaps")
class RosterGaps(MethodView):
    """When nobody is on duty."""

    @duty_roster.doc(operationId="list_duty_gaps")
    @duty_roster.arguments(schemas.GapsQuerySchema, location="query")
    @duty_roster.response(200, schemas.GapsSchema)
    def get(self, query: dict[str, Any]) -> Row:
        """Show when nobody is on duty for a unit, in it or above it; 31 days at most."""
        whole = Span(query["starts_at"], query["ends_at"])
        with reading() as connection:
            if not reaches(connection, query["unit"]):
                raise ForbiddenError
            rules.refuse_out_of_range(whole, now=now())
            spans = store.spans_of(connection, unit_store.path_of(connection, query["unit"]), whole)
        return {"unit_id": query["unit"], "gaps": rules.gaps_of(whole, spans)}


@duty_calls.route("")
class DutyCalls(MethodView):
    """The urgent calls of which one was told."""

    @duty_calls.doc(operationId="list_my_duty_calls")
    @duty_calls.arguments(PageQuerySchema, location="query")
    @duty_calls.response(200, page_of_schema(schemas.MyCallSchema))
    def get(self, query: dict[str, Any]) -> Row:
        """List the urgent calls of which the caller was told and which are not over, oldest first."""
        with reading() as connection:
            return store.MY_CALLS.page(connection, query, person=current_actor().person_id).answer()


@duty_calls.route("/<uuid:incident_id>/acknowledgement")
class Acknowledgement(MethodView):
    """The answer to an urgent call."""

    @duty_calls.doc(operationId="acknowledge_duty_call")
    @duty_calls.response(200, schemas.AnsweredCallSchema)
    def post(self, incident_id: UUID) -> Row:
        """Say that one looks after it: whoever was told of the call, or the desk of its unit."""

        def acknowledge(connection: Connection, context: CommandContext) -> Row:
            call = acknowledge_call(connection, context, incident_id)
            names = ("incident_id", "state", "acknowledged_by", "acknowledged_at")
            return {name: getattr(call, name) for name in names}

        return command(acknowledge, {"incident_id": str(incident_id)})
