"""A paper as the answer to a request."""

from __future__ import annotations

from flask import Response, make_response, render_template

from services.web.printing.paper import Paper
from services.web.printing.typesetting import AGAIN_SECONDS, PrinterBusyError, pdf_of


def printed(paper: Paper) -> Response:
    """Return a paper as PDF; when enough others wait for one, say so."""
    try:
        content = pdf_of(paper)
    except PrinterBusyError:
        busy = make_response(render_template("papers/busy.html"), 503)
        busy.headers["Retry-After"] = str(AGAIN_SECONDS)
        return busy
    headers = {"Content-Disposition": f'inline; filename="{paper.name}.pdf"'}
    return Response(content, mimetype="application/pdf", headers=headers)
