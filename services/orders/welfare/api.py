"""/v1/welfare-checks: those of which one was told, and taking their step; what came of it is an incident's."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.db import Connection
from libs.http import current_actor, reading
from services.orders.core.api.edge import command
from services.orders.core.schemas import PageQuerySchema, page_of_schema
from services.orders.core.store.rows import Row
from services.orders.core.usecases.command_context import CommandContext
from services.orders.welfare import schemas, store
from services.orders.welfare.rules import WelfareCheck
from services.orders.welfare.usecases import take_step

welfare_checks = Blueprint(
    "welfare_checks", __name__, url_prefix="/v1/welfare-checks", description="Somebody is looked after, step by step"
)


def welfare_view(check: WelfareCheck) -> Row:
    """Return how far a check has come."""
    return {
        "state": check.check.state,
        "rung": check.check.rung,
        "number": check.check.number,
        "steps": check.steps,
    }


@welfare_checks.route("")
class WelfareChecks(MethodView):
    """The list."""

    @welfare_checks.doc(operationId="list_my_welfare_checks")
    @welfare_checks.arguments(PageQuerySchema, location="query")
    @welfare_checks.response(200, page_of_schema(schemas.MyCheckSchema))
    def get(self, query: dict[str, Any]) -> Row:
        """List the welfare checks of which the caller was told and which are not over, oldest first."""
        with reading() as connection:
            return store.MY_CHECKS.page(connection, query, person=current_actor().person_id).answer()


@welfare_checks.route("/<uuid:incident_id>/acknowledgement")
class StepAcknowledgement(MethodView):
    """Who does a step."""

    @welfare_checks.doc(operationId="take_welfare_step")
    @welfare_checks.arguments(schemas.StepTermsSchema)
    @welfare_checks.response(200, schemas.TakenStepSchema)
    def post(self, terms: Row, incident_id: UUID) -> Row:
        """Say that one does the step: whoever was told of the check, or the desk of its unit."""

        def take(connection: Connection, context: CommandContext) -> Row:
            check = take_step(connection, context, incident_id, number=terms["number"])
            step = {"taken_by": check.step.taken_by, "answer_by": check.step.answer_by}
            return {"incident_id": incident_id, "state": check.check.state, "number": check.check.number, **step}

        return command(take, terms | {"incident_id": str(incident_id)})
