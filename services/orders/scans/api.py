"""/v1/scans and /v1/orders/{id}/scans: pictures of slips and of visits."""

from __future__ import annotations

from dataclasses import asdict
from typing import cast
from uuid import UUID

from flask import Response, current_app, request
from flask.views import MethodView
from flask_smorest import Blueprint

from libs.db import Connection
from libs.http import Service, accepts, reading
from libs.http.openapi import takes_content
from libs.ids import new_id
from services.orders.core.api.edge import command, command_context_of
from services.orders.core.api.views import read_order
from services.orders.core.store.rows import Row
from services.orders.core.usecases.command_context import CommandContext
from services.orders.scans import schemas
from services.orders.scans.rules import SCAN_BYTES_MAX, MediaType, ScanKey, hash_of
from services.orders.scans.usecases import keep_scan, look_at_scan, scans_shown

scans = Blueprint("scans", __name__, url_prefix="/v1/scans", description="Pictures of slips and of visits")
of_order = Blueprint(
    "scans_of_order", __name__, url_prefix="/v1/orders/<uuid:order_id>", description="Scans of an order"
)
TYPES = tuple(kind.value for kind in MediaType)
SHOWN_ALONE = {"Content-Security-Policy": "sandbox; default-src 'none'", "Cache-Control": "no-store"}
"""Whatever somebody uploaded runs nothing, and stays on no disk of who looked."""


def scan_key() -> ScanKey:
    """Return the key that seals scans."""
    return cast("ScanKey", cast("Service", current_app.extensions["service"]).parts["scan_key"])


def _sent_file() -> bytes:
    return request.get_data()


@accepts(*TYPES)
@scans.route("/<uuid:scan_id>")
class ScanById(MethodView):
    """One scan."""

    @takes_content(bytes_max=SCAN_BYTES_MAX)
    @scans.doc(operationId="keep_scan")
    @scans.arguments(schemas.ScanQuerySchema, location="query")
    @scans.response(201, schemas.ScanSchema)
    def put(self, query: Row, scan_id: UUID) -> Row:
        """Keep a PNG, JPEG or PDF, sent as the body: of a slip, before its entries, or with `order` a photo of a visit.

        At most 240 KiB; what a camera wrote of place and device is left out. The picture is sealed, and deleted
        when its days are over or with whoever is on it; the hash stays.
        """
        content, key = _sent_file(), scan_key()

        def keep(connection: Connection, context: CommandContext) -> Row:
            return asdict(keep_scan(connection, context, scan_id, content, key, order_id=query["order"]))

        return command(keep, query | {"sha256": hash_of(content)}, command_id=scan_id)

    @scans.doc(
        operationId="get_scan",
        responses={"200": {"description": "The picture", "content": {kind: {} for kind in TYPES}}},
    )
    def get(self, scan_id: UUID) -> Response:
        """Return the picture to staff of its order's unit or to who uploaded it; that they looked is noted."""
        service = cast("Service", current_app.extensions["service"])
        with service.database.transaction() as connection:
            scan, picture = look_at_scan(connection, command_context_of({}, new_id()), scan_id, scan_key())
        return Response(picture, mimetype=scan.media_type.value, headers=SHOWN_ALONE)


@of_order.route("/scans")
class ScansOfOrder(MethodView):
    """The scans of an order."""

    @of_order.doc(operationId="list_scans_of_order")
    @of_order.response(200, schemas.ScansSchema)
    def get(self, order_id: UUID) -> Row:
        """List what is kept of slips and photos, no picture: to staff all, to a volunteer of the order their own."""
        with reading() as connection:
            view = read_order(connection, order_id)
            return scans_shown(connection, command_context_of({}, new_id()), view.order)
