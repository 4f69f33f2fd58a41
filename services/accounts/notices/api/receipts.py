"""/v1/gateway/receipts: what became of a message, said by the gateway that took it."""

from dataclasses import dataclass

from flask import request
from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema, fields

from libs.clock import machine_now
from libs.http import public
from libs.http.fields import choice_of
from services.accounts.core.edge import now, part, transaction
from services.accounts.core.gateways.codes import CodeSender
from services.accounts.core.gateways.http_sender import HttpSender
from services.accounts.core.gateways.signatures import HEADER, is_signed
from services.accounts.core.schemas import Body
from services.accounts.notices.refusals import NotOfTheGatewayError
from services.accounts.notices.rules import Delivery
from services.accounts.notices.usecases import note_delivery

blueprint = Blueprint("deliveries", __name__, description="What a message gateway says / 短信网关回执")


@dataclass(frozen=True)
class GatewayDoor:
    """What the composition root gives: the secret that the gateway signs with; None where there is no gateway."""

    secret: bytes | None


def door_of(sender: CodeSender | None) -> GatewayDoor:
    """Return the door of the gateway that messages go to; closed where they go elsewhere."""
    return GatewayDoor(sender.secret if isinstance(sender, HttpSender) else None)


def require_gateway() -> None:
    """Refuse whoever is not the gateway.

    Raises:
        NotOfTheGatewayError: it is not signed with its secret, or too long ago, or there is no gateway.
    """
    secret = part(GatewayDoor).secret
    if secret is None or not is_signed(secret, request.get_data(), request.headers.get(HEADER, ""), machine_now()):
        raise NotOfTheGatewayError


class ReceiptSchema(Schema):
    """What became of a message."""

    id = fields.UUID(required=True, metadata={"description": "the id that the message came with"})
    outcome = choice_of(Delivery, required=True)


@public
@blueprint.route("/v1/gateway/receipts")
class Receipts(MethodView):
    """Receipts of messages."""

    @blueprint.doc(operationId="note_delivery")
    @blueprint.arguments(ReceiptSchema)
    @blueprint.response(204)
    def post(self, receipt: Body) -> None:
        """Say that a notice has reached a telephone, or will not: then the desk calls. Signed as messages are."""
        require_gateway()
        with transaction() as connection:
            note_delivery(connection, receipt["id"], Delivery(receipt["outcome"]), now=now())
