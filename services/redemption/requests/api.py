"""/v1/redemptions: ask for help to be paid by credit, and see what became of it."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.db import Connection
from libs.http import reading, run_command
from libs.http.openapi import prefers_wait
from services.redemption.core.api import (
    acting,
    answer_when_decided,
    command,
    refuse_unless_listed,
    visible,
)
from services.redemption.requests import schemas
from services.redemption.requests.queries import REDEMPTIONS, find_redemption, with_names
from services.redemption.requests.usecases import RedemptionTerms, request_redemption

blueprint = Blueprint("redemptions", __name__, url_prefix="/v1/redemptions", description="Help paid by credit")


@blueprint.route("")
class Redemptions(MethodView):
    """The list."""

    @blueprint.doc(operationId="list_redemptions")
    @blueprint.arguments(schemas.RedemptionQuerySchema, location="query")
    @blueprint.response(200, schemas.RedemptionPageSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List redemptions of a person (your own if none is named) or of a unit, newest first."""
        person = refuse_unless_listed(query)
        with reading() as connection:
            page = REDEMPTIONS.page(connection, query, person=person)
            return page.showing(with_names(connection, [dict(row._mapping) for row in page.rows]))


@blueprint.route("/<uuid:redemption_id>")
class RedemptionResource(MethodView):
    """One redemption."""

    @blueprint.doc(operationId="place_redemption")
    @prefers_wait
    @blueprint.arguments(schemas.RedemptionTermsSchema)
    @blueprint.response(200, schemas.RedemptionSchema)
    @blueprint.alt_response(202, schema=schemas.RedemptionSchema, description="Not decided yet")
    def put(self, terms: dict[str, Any], redemption_id: UUID) -> tuple[dict[str, Any], HTTPStatus]:
        """Ask for help paid by credit; with `Prefer: wait=5` the answer waits for the decision."""
        asked = RedemptionTerms(
            redemption_id=redemption_id,
            recipient_id=terms["recipient_id"],
            payer_id=terms["payer_id"] or terms["recipient_id"],
            service_code=terms["service"],
            minutes=terms["minutes"],
            start_at=terms["start"],
            persons=terms["persons"],
            acting=acting(terms),
        )

        def ask(connection: Connection) -> dict[str, object]:
            redemption = request_redemption(connection, command(redemption_id), asked)
            return {"redemption_id": redemption.redemption_id}

        run_command(ask, terms=terms, command_id=redemption_id)
        return answer_when_decided(find_redemption, redemption_id)

    @blueprint.doc(operationId="get_redemption")
    @blueprint.response(200, schemas.RedemptionSchema)
    def get(self, redemption_id: UUID) -> dict[str, Any]:
        """Show a redemption to those concerned and to staff in scope."""
        return visible(find_redemption, redemption_id, "recipient_id", "payer_id", by="requested_by")
