"""/v1/estates: what a dead person leaves, settled by two people."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.db import Connection
from libs.http import reading, run_command
from libs.http.openapi import prefers_wait
from libs.programme.two_people_schemas import VerdictSchema
from services.redemption.core import schemas as core_schemas
from services.redemption.core.api import (
    answer_when_decided,
    command,
    refuse_unless_listed,
    verdict,
    visible,
)
from services.redemption.estates import schemas
from services.redemption.estates.queries import ESTATES
from services.redemption.estates.usecases import decide_estate, propose_estate

blueprint = Blueprint("estates", __name__, url_prefix="/v1/estates", description="What a dead person leaves")


@blueprint.route("")
class Estates(MethodView):
    """The list."""

    @blueprint.doc(operationId="list_estates")
    @blueprint.arguments(core_schemas.ProposalQuerySchema, location="query")
    @blueprint.response(200, schemas.EstatePageSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List what is proposed and decided about a person, or about people of a unit, newest first."""
        person = refuse_unless_listed(query)
        with reading() as connection:
            return ESTATES.page(connection, query, person=person).answer()


@blueprint.route("/<uuid:estate_id>")
class EstateResource(MethodView):
    """One settlement."""

    @blueprint.doc(operationId="propose_estate")
    @blueprint.arguments(schemas.EstateTermsSchema)
    @blueprint.response(200, schemas.EstateSchema)
    def put(self, terms: dict[str, Any], estate_id: UUID) -> dict[str, Any]:
        """Propose to pay the credit to a relative, or to the pool; another person decides."""

        def propose(connection: Connection) -> dict[str, object]:
            estate = propose_estate(
                connection,
                command(estate_id),
                estate_id=estate_id,
                person_id=terms["person_id"],
                to_person_id=terms["to_person_id"],
                why=terms["why"],
            )
            return {"estate_id": estate.estate_id}

        run_command(propose, terms=terms, command_id=estate_id)
        return visible(ESTATES.find, estate_id, "person_id", by="proposed_by")

    @blueprint.doc(operationId="get_estate")
    @blueprint.response(200, schemas.EstateSchema)
    def get(self, estate_id: UUID) -> dict[str, Any]:
        """Show a settlement to those concerned and to staff in scope."""
        return visible(ESTATES.find, estate_id, "person_id", "to_person_id", by="proposed_by")


@blueprint.route("/<uuid:estate_id>/decision")
class EstateDecision(MethodView):
    """The second person's word."""

    @blueprint.doc(operationId="decide_estate")
    @prefers_wait
    @blueprint.arguments(VerdictSchema)
    @blueprint.response(200, schemas.EstateSchema)
    @blueprint.alt_response(202, schema=schemas.EstateSchema, description="The ledger has not answered yet")
    def post(self, terms: dict[str, Any], estate_id: UUID) -> tuple[dict[str, Any], HTTPStatus]:
        """Ask the ledger to post what was proposed, or turn it down."""

        def decide(connection: Connection) -> dict[str, object]:
            decide_estate(connection, command(), estate_id=estate_id, verdict=verdict(terms))
            return {"estate_id": estate_id}

        run_command(decide, terms=terms)
        return answer_when_decided(ESTATES.find, estate_id)
