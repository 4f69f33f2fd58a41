"""Ending the use of a person's data: asked for here, decided when orders, ledger and redemption have answered."""

from http import HTTPStatus
from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint

from libs.errors import Refusal
from libs.http import reading
from libs.http.openapi import prefers_wait
from libs.http.waiting import Waiters, wait_asked
from libs.programme.refusals import CreditRemainingError, OpenObligationsError, RecordNotFoundError
from services.accounts.core.edge import command, opened, part
from services.accounts.core.schemas import Answer, Body
from services.accounts.core.usecases.authorise import require_view
from services.accounts.erasure.refusals import ErasureDeclinedError
from services.accounts.erasure.schemas import ErasureAnswer, ErasureSchema, erasure_answer
from services.accounts.erasure.store import last_erasure
from services.accounts.erasure.usecases import request_erasure

blueprint = Blueprint("erasure", __name__, description="Ending the use of personal data / 注销")
WAIT_DEFAULT_SECONDS = 5
_REFUSALS: dict[str, type[Refusal]] = {kind.code: kind for kind in (OpenObligationsError, CreditRemainingError)}


@blueprint.route("/v1/persons/<uuid:person_id>/erasure")
class PersonErasure(MethodView):
    """The end of the use of a person's data."""

    @blueprint.doc(operationId="erase_person")
    @prefers_wait
    @blueprint.arguments(ErasureSchema)
    @blueprint.response(200, ErasureAnswer)
    @blueprint.alt_response(202, schema=ErasureAnswer, description="Not all services have answered yet")
    def post(self, body: Body, person_id: UUID) -> tuple[Answer, HTTPStatus]:
        """Seal or erase a person, when nothing stands against it; waits some seconds for the others' answers."""
        asked = command(
            lambda store, context: erasure_answer(
                request_erasure(store, context, person_id=person_id, credit_to_pool=body["credit_to"] == "pool")
            ),
            body,
            about=[person_id],
        )
        erasure_id = UUID(str(asked["erasure_id"]))
        decided = part(Waiters).wait(erasure_id, seconds=wait_asked() or WAIT_DEFAULT_SECONDS)
        if decided is None:
            return asked, HTTPStatus.ACCEPTED
        if decided["code"]:
            raise _REFUSALS.get(str(decided["code"]), ErasureDeclinedError)(reason=decided["code"])
        return asked | {"state": decided["state"]}, HTTPStatus.OK

    @blueprint.doc(operationId="get_erasure")
    @blueprint.response(200, ErasureAnswer)
    def get(self, person_id: UUID) -> Answer:
        """Return where the last erasure of a person stands: to themselves, or to staff who reach them."""
        with reading() as connection:
            require_view(*opened(connection), person_id)
            erasure = last_erasure(connection, person_id)
        if erasure is None:
            raise RecordNotFoundError(person_id=person_id)
        return erasure_answer(erasure)
