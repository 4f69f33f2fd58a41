"""/v1/gifts, /v1/donations, /v1/exchanges: earned credit to a relative, to the pool, or for goods."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema

from libs.db import Connection
from libs.http import reading, run_command
from libs.http.openapi import prefers_wait
from libs.programme.two_people_schemas import VerdictSchema
from services.redemption.core import schemas as core_schemas
from services.redemption.core.api import (
    acting,
    answer_when_decided,
    command,
    refuse_unless_listed,
    verdict,
    visible,
)
from services.redemption.gifts import queries, schemas
from services.redemption.gifts.rules import CreditKind
from services.redemption.gifts.usecases.decide_credit import decide_credit
from services.redemption.gifts.usecases.request_credit import CreditTerms, request_credit


def credit_blueprint(kind: CreditKind, *, name: str, terms_schema: type[Schema], words: str) -> Blueprint:
    """Return the resource of one kind of credit request: the list, and one by its id."""
    blueprint = Blueprint(name, __name__, url_prefix=f"/v1/{name}", description=words)
    requests = queries.credit_requests(kind)

    def find(connection: Connection, request_id: UUID) -> dict[str, Any] | None:
        return queries.told(requests.find(connection, request_id))

    @blueprint.route("")
    class CreditRequests(MethodView):
        @blueprint.doc(operationId=f"list_{name}")
        @blueprint.arguments(core_schemas.ProposalQuerySchema, location="query")
        @blueprint.response(200, schemas.CreditRequestPageSchema)
        def get(self, query: dict[str, Any]) -> dict[str, Any]:
            """List a person's (yours if none is named) or a unit's; `proposed` waits for a second member of staff."""
            person = refuse_unless_listed(query)
            with reading() as connection:
                return requests.page(connection, query, person=person).answer()

    @blueprint.route("/<uuid:request_id>")
    class CreditRequestResource(MethodView):
        @blueprint.doc(operationId=f"request_{kind.value}")
        @prefers_wait
        @blueprint.arguments(terms_schema)
        @blueprint.response(200, schemas.CreditRequestSchema)
        @blueprint.alt_response(202, schema=schemas.CreditRequestSchema, description="Not decided yet")
        def put(self, terms: dict[str, Any], request_id: UUID) -> tuple[dict[str, Any], HTTPStatus]:
            """Ask the ledger to move the credit; with `Prefer: wait=5` the answer waits for the decision.

            What staff ask for somebody waits as `proposed` until a second member of staff decides.
            """
            _ask(kind, terms, request_id)
            return answer_when_decided(find, request_id)

        @blueprint.doc(operationId=f"get_{kind.value}")
        @blueprint.response(200, schemas.CreditRequestSchema)
        def get(self, request_id: UUID) -> dict[str, Any]:
            """Show one to those concerned and to staff in scope."""
            return visible(find, request_id, "giver_id", "told_id", by="requested_by")

    @blueprint.route("/<uuid:request_id>/decision")
    class CreditRequestDecision(MethodView):
        @blueprint.doc(operationId=f"decide_{kind.value}")
        @prefers_wait
        @blueprint.arguments(VerdictSchema)
        @blueprint.response(200, schemas.CreditRequestSchema)
        @blueprint.alt_response(202, schema=schemas.CreditRequestSchema, description="The ledger has not answered yet")
        def post(self, terms: dict[str, Any], request_id: UUID) -> tuple[dict[str, Any], HTTPStatus]:
            """Let what another member of staff asked for somebody go to the ledger, or turn it down."""
            _decide(kind, terms, request_id)
            return answer_when_decided(find, request_id)

    return blueprint


def _ask(kind: CreditKind, terms: dict[str, Any], request_id: UUID) -> None:
    asked = CreditTerms(
        request_id=request_id, kind=kind, minutes=terms["minutes"], acting=acting(terms), receiver_id=terms.get("to")
    )

    def ask(connection: Connection) -> dict[str, object]:
        return {"request_id": request_credit(connection, command(request_id), asked).request_id}

    run_command(ask, terms=terms, command_id=request_id)


def _decide(kind: CreditKind, terms: dict[str, Any], request_id: UUID) -> None:
    def decide(connection: Connection) -> dict[str, object]:
        decide_credit(connection, command(), kind, request_id, verdict(terms))
        return {"request_id": request_id}

    run_command(decide, terms=terms)


blueprints = [
    credit_blueprint(
        CreditKind.GIFT, name="gifts", terms_schema=schemas.GiftTermsSchema, words="Earned credit for a relative"
    ),
    credit_blueprint(
        CreditKind.DONATION,
        name="donations",
        terms_schema=schemas.MinutesTermsSchema,
        words="Earned credit for the district's pool",
    ),
    credit_blueprint(
        CreditKind.EXCHANGE,
        name="exchanges",
        terms_schema=schemas.MinutesTermsSchema,
        words="Credit for goods or benefits, where the policy allows",
    ),
]
