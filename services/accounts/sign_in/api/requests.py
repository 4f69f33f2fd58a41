"""/v1/sessions/requests: a browser is signed in by a device of the same person that is signed in already."""

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.clock import machine_now
from libs.http import current_actor, public, reading
from libs.http.openapi import keyless
from services.accounts.core.edge import command, origin, part, parts, store_on, transaction
from services.accounts.core.schemas import Answer, Body, instant
from services.accounts.sign_in.api.sessions import SignInParts, count_try, signed_in_answer
from services.accounts.sign_in.schemas import (
    DecisionAnswer,
    DecisionSchema,
    RequestAnswer,
    RequestSchema,
    RequestShownAnswer,
    ResultAnswer,
    ResultSchema,
)
from services.accounts.sign_in.usecases.count_tries import request_try
from services.accounts.sign_in.usecases.sign_in_by_device import (
    ask_to_be_signed_in,
    decide_request,
    look_at_request,
    result_of_request,
)

blueprint = Blueprint("sign_in_requests", __name__, description="Signing in by another device / 用另一台设备登录")


@blueprint.route("/v1/sessions/requests")
class Requests(MethodView):
    """Browsers that ask."""

    @keyless
    @public
    @blueprint.doc(operationId="request_sign_in")
    @blueprint.arguments(RequestSchema)
    @blueprint.response(201, RequestAnswer)
    def post(self, body: Body) -> Answer:
        """Ask to be signed in; what is answered is shown as a QR, and the secret stays with whoever asked."""
        count_try(request_try(origin(), parts().vault.digest))
        with transaction() as connection:
            asked = ask_to_be_signed_in(
                store_on(connection), about=body["about"], address=origin().one.partition("/")[0], now=machine_now()
            )
        return {
            "secret": asked.secret,
            "approval": asked.approval,
            "number": asked.number,
            "expires_at": instant(asked.expires_at),
        }


@blueprint.route("/v1/sessions/requests/result")
class Result(MethodView):
    """What became of a request."""

    @keyless
    @public
    @blueprint.doc(operationId="get_sign_in_result")
    @blueprint.arguments(ResultSchema)
    @blueprint.response(200, ResultAnswer)
    def post(self, body: Body) -> Answer:
        """Say whether it was approved, and if so open the session, once."""
        with transaction() as connection:
            is_required = part(SignInParts).is_factor_required
            signed_in = result_of_request(
                store_on(connection), body["secret"], is_required=is_required, now=machine_now()
            )
        return {"state": "waiting"} if signed_in is None else {"state": "signed_in", **signed_in_answer(signed_in)}


@blueprint.route("/v1/sessions/requests/<approval>")
class RequestShown(MethodView):
    """A request as who may approve it sees it."""

    @blueprint.doc(operationId="get_sign_in_request")
    @blueprint.response(200, RequestShownAnswer)
    def get(self, approval: str) -> Answer:
        """Show which browser asks, from where, since when, and the number that it shows."""
        with reading() as connection:
            request = look_at_request(store_on(connection), approval, now=machine_now())
        return {
            "about": request.about,
            "address": request.address,
            "number": request.number,
            "asked_at": instant(request.asked_at),
            "expires_at": instant(request.expires_at),
            "person_id": str(current_actor().person_id),
        }


@blueprint.route("/v1/sessions/requests/<approval>/decision")
class RequestDecision(MethodView):
    """Yes or no."""

    @blueprint.doc(operationId="decide_sign_in_request")
    @blueprint.arguments(DecisionSchema)
    @blueprint.response(200, DecisionAnswer)
    def post(self, body: Body, approval: str) -> Answer:
        """Let oneself be signed in there, or not; nobody can let anybody else be."""
        return command(
            lambda store, context: {
                "decision": decide_request(store, context, approval, ok=body["ok"], now=machine_now())
            },
            body,
        )
