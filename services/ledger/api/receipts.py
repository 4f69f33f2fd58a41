"""GET /v1/receipts/{transfer_id}: the file by which anyone can check a transfer without trusting us."""

from __future__ import annotations

from uuid import UUID

from flask import Response
from flask.views import MethodView
from flask_smorest import Blueprint

from libs.http import reading
from services.ledger.api import response_schemas
from services.ledger.api.edge import log_folder
from services.ledger.api.transfers import seen_transfer
from services.ledger.proof.receipt import file_name, make_receipt

blueprint = Blueprint("receipts", __name__, url_prefix="/v1", description="Receipts that need no trust in us")


@blueprint.route("/receipts/<uuid:transfer_id>")
class Receipt(MethodView):
    """The receipt of one row of the journal."""

    @blueprint.doc(operationId="get_receipt")
    @blueprint.doc(responses=response_schemas.file("text/plain"))
    def get(self, transfer_id: UUID) -> Response:
        """Give the owner of either wallet, or staff in scope, the receipt; 409 `not_sealed_yet` until it is sealed."""
        with reading() as connection:
            text = make_receipt(connection, entry=seen_transfer(connection, transfer_id), folder=log_folder())
        response = Response(text, content_type="text/plain; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="{file_name(transfer_id)}"'
        return response
