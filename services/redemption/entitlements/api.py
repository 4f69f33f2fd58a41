"""/v1/entitlements: government-purchased minutes per month, set by two people."""

from datetime import date
from typing import Any
from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.db import Connection
from libs.http import reading, run_command
from libs.programme.two_people_schemas import VerdictSchema
from services.redemption.core import schemas as core_schemas
from services.redemption.core.api import (
    command,
    now,
    refuse_unless_listed,
    refuse_unless_visible,
    verdict,
    visible,
)
from services.redemption.core.rules.calendar import month_of
from services.redemption.entitlements import queries, schemas
from services.redemption.entitlements.queries import ENTITLEMENTS
from services.redemption.entitlements.usecases.set_entitlement import decide_entitlement, propose_entitlement

blueprint = Blueprint(
    "entitlements", __name__, url_prefix="/v1/entitlements", description="Government-purchased minutes per month"
)


@blueprint.route("")
class Entitlements(MethodView):
    """The list."""

    @blueprint.doc(operationId="list_entitlements")
    @blueprint.arguments(core_schemas.ProposalQuerySchema, location="query")
    @blueprint.response(200, schemas.EntitlementPageSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List what is proposed and decided for a person, or for the people of a unit, newest first."""
        person = refuse_unless_listed(query)
        with reading() as connection:
            return ENTITLEMENTS.page(connection, query, person=person).answer()


@blueprint.route("/current")
class CurrentMonth(MethodView):
    """What a person may still ask for."""

    @blueprint.doc(operationId="get_current_entitlement")
    @blueprint.arguments(schemas.MonthQuerySchema, location="query")
    @blueprint.response(200, schemas.MonthSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Show what is available, held and used of a month, the current one if none is named."""
        refuse_unless_visible(query["person"])
        month = date.fromisoformat(f"{query['month']}-01") if query["month"] else month_of(now())
        with reading() as connection:
            return queries.find_month(connection, person_id=query["person"], month=month)


@blueprint.route("/<uuid:entitlement_id>")
class EntitlementResource(MethodView):
    """One proposal."""

    @blueprint.doc(operationId="propose_entitlement")
    @blueprint.arguments(schemas.EntitlementTermsSchema)
    @blueprint.response(200, schemas.EntitlementSchema)
    def put(self, terms: dict[str, Any], entitlement_id: UUID) -> dict[str, Any]:
        """Propose minutes per month for a person; another person decides."""

        def propose(connection: Connection) -> dict[str, object]:
            proposal = propose_entitlement(
                connection,
                command(entitlement_id),
                entitlement_id=entitlement_id,
                person_id=terms["person_id"],
                minutes=terms["minutes"],
                why=terms["why"],
            )
            return {"entitlement_id": proposal.entitlement_id}

        run_command(propose, terms=terms, command_id=entitlement_id)
        return visible(ENTITLEMENTS.find, entitlement_id, "person_id", by="proposed_by")

    @blueprint.doc(operationId="get_entitlement")
    @blueprint.response(200, schemas.EntitlementSchema)
    def get(self, entitlement_id: UUID) -> dict[str, Any]:
        """Show a proposal to those concerned and to staff in scope."""
        return visible(ENTITLEMENTS.find, entitlement_id, "person_id", by="proposed_by")


@blueprint.route("/<uuid:entitlement_id>/decision")
class EntitlementDecision(MethodView):
    """The second person's word."""

    @blueprint.doc(operationId="decide_entitlement")
    @blueprint.arguments(VerdictSchema)
    @blueprint.response(200, schemas.EntitlementSchema)
    def post(self, terms: dict[str, Any], entitlement_id: UUID) -> dict[str, Any]:
        """Put a proposal in force from the current month on, or turn it down."""

        def decide(connection: Connection) -> dict[str, object]:
            decide_entitlement(connection, command(), entitlement_id=entitlement_id, verdict=verdict(terms))
            return {"entitlement_id": entitlement_id}

        run_command(decide, terms=terms)
        with reading() as connection:
            return ENTITLEMENTS.find(connection, entitlement_id) or {}
