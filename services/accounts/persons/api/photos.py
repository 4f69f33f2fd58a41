"""A volunteer's photograph."""

from hashlib import sha256
from uuid import UUID

from flask import Response, request
from flask.views import MethodView
from flask_smorest import Blueprint

from libs.http import accepts, open_to_suspended
from libs.http.framing import BODY_MAX_BYTES
from libs.http.openapi import takes_content
from services.accounts.core.edge import command, opened, refused_before_work, transaction
from services.accounts.core.schemas import Answer
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.persons.gateways import portrait_of
from services.accounts.persons.schemas import PhotoAnswer
from services.accounts.persons.usecases.photos import forget_photo, keep_photo, look_at_photo, require_volunteer

blueprint = Blueprint("photos", __name__, description="Photographs of volunteers / 志愿者照片")
JPEG_TYPE, PNG_TYPE = "image/jpeg", "image/png"


@accepts(JPEG_TYPE, PNG_TYPE)
@blueprint.route("/v1/me/photo")
class OwnPhoto(MethodView):
    """The caller's photograph."""

    @takes_content(bytes_max=BODY_MAX_BYTES)
    @blueprint.doc(operationId="keep_photo")
    @blueprint.response(200, PhotoAnswer)
    def post(self) -> Answer:
        """Keep a volunteer's own photograph, a JPEG or PNG; it is made small and anew, without place or time."""
        refused = refused_before_work(lambda _, context: require_volunteer(context))
        jpeg = portrait_of(request.get_data()) if refused is None else b""

        def keep(store: SealedStore, context: CommandContext) -> Answer:
            keep_photo(store, context, jpeg)
            return {"person_id": str(context.caller_id), "has_photo": True}

        return command(keep, {"photo": sha256(request.get_data()).hexdigest()})

    @open_to_suspended
    @blueprint.doc(operationId="forget_photo")
    @blueprint.response(200, PhotoAnswer)
    def delete(self) -> Answer:
        """Forget the caller's photograph."""

        def forget(store: SealedStore, context: CommandContext) -> Answer:
            forget_photo(store, context)
            return {"person_id": str(context.caller_id), "has_photo": False}

        return command(forget, {})


@blueprint.route("/v1/persons/<uuid:person_id>/photo")
class PersonPhoto(MethodView):
    """Somebody's photograph."""

    @blueprint.doc(operationId="get_photo")
    @blueprint.doc(responses={"200": {"description": "The photograph", "content": {JPEG_TYPE: {}}}})
    def get(self, person_id: UUID) -> Response:
        """Return a photograph: to herself, and to those to whom she comes with an order in hand; the look is logged."""
        with transaction() as connection:
            jpeg = look_at_photo(*opened(connection), person_id)
        return Response(jpeg, mimetype=JPEG_TYPE)
