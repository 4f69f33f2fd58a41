"""GET /v1/logs/{district}/…: the logs as static files, for monitors and witnesses; any web server could give them."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView
from flask_smorest import Blueprint

from libs.errors import NotFoundError
from libs.http import public, reading
from libs.programme.names import with_unit_names
from services.ledger.api import response_schemas
from services.ledger.api.edge import log_folder
from services.ledger.proof.book_log import describe_logs

blueprint = Blueprint("logs", __name__, url_prefix="/v1", description="The transparency logs, one per district")

TEXT = "text/plain; charset=utf-8"
TILE = re.compile(r"[0-7]/(x[0-9]{3}/){0,5}[0-9]{3}(\.p/[1-9][0-9]{0,2})?")
KEPT_FOR_EVER = "public, max-age=31536000, immutable"
NOT_KEPT = "no-cache"


@public
@blueprint.route("/logs")
class Logs(MethodView):
    """All logs."""

    @blueprint.doc(operationId="list_logs")
    @blueprint.alt_response(200, schema=response_schemas.page_of(response_schemas.Log))
    def get(self) -> dict[str, Any]:
        """List the logs: district, origin, size of the last head, and why nothing more is signed, if so."""
        with reading() as connection:
            items = with_unit_names(connection, describe_logs(log_folder()), "district_id")
        return {"items": items, "next": None}


@public
@blueprint.route("/logs/<uuid:district_id>/checkpoint")
class Head(MethodView):
    """The signed head of a log."""

    @blueprint.doc(operationId="get_checkpoint")
    @blueprint.doc(responses=response_schemas.file("text/plain"))
    def get(self, district_id: UUID) -> Response:
        """Give the last checkpoint, signed by the log and co-signed by its witnesses."""
        return _file(district_id, "checkpoint", content_type=TEXT, caching=NOT_KEPT)


@public
@blueprint.route("/logs/<uuid:district_id>/trust")
class Trust(MethodView):
    """The trust file of a log."""

    @blueprint.doc(operationId="get_trust_file")
    @blueprint.doc(responses=response_schemas.file("text/plain"))
    def get(self, district_id: UUID) -> Response:
        """Give the keys that receipts are checked with; compare them with those you have from elsewhere."""
        return _file(district_id, "trust", content_type=TEXT, caching=NOT_KEPT)


@public
@blueprint.route("/logs/<uuid:district_id>/tile/<path:tile>")
class Tile(MethodView):
    """A tile of a log."""

    @blueprint.doc(operationId="get_tile")
    @blueprint.doc(responses=response_schemas.file("application/octet-stream"))
    def get(self, district_id: UUID, tile: str) -> Response:
        """Give a tile of up to 256 hashes (C2SP tlog-tiles)."""
        if not TILE.fullmatch(tile):
            raise NotFoundError
        return _file(district_id, f"tile/{tile}", content_type="application/octet-stream", caching=KEPT_FOR_EVER)


def _file(district_id: UUID, name: str, *, content_type: str, caching: str) -> Response:
    try:
        content = (log_folder() / str(district_id) / name).read_bytes()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        raise NotFoundError from error
    response = Response(content, content_type=content_type)
    response.headers["Cache-Control"] = caching
    return response
