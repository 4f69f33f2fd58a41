"""Requests that gunicorn's parser refuses are answered with a problem too, and no answer names the server."""

from __future__ import annotations

import contextlib
import json
from http import HTTPStatus
from typing import Any

from gunicorn.http import wsgi
from gunicorn.http.errors import (
    ConfigurationProblem,
    ExpectationFailed,
    InvalidResponseHeader,
    InvalidResponseHeaderName,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
    UnsupportedTransferCoding,
)

from libs.http.headers import ALWAYS, POLICY
from libs.http.problems import PROBLEM_TYPE, document_of
from libs.logs import get_logger

_STATUS_OF: dict[type[Exception], int] = {
    LimitRequestLine: HTTPStatus.REQUEST_URI_TOO_LONG,
    LimitRequestHeaders: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    ExpectationFailed: HTTPStatus.EXPECTATION_FAILED,
    UnsupportedTransferCoding: HTTPStatus.NOT_IMPLEMENTED,
    ConfigurationProblem: HTTPStatus.BAD_REQUEST,
}


class ProblemErrors:
    """For a worker of gunicorn: answers what is no HTTP, too long or too large as every other refusal is answered."""

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:  # noqa: ARG002 - gunicorn's
        """Answer a request that never reached the application, or of which it broke."""
        if isinstance(exc, ParseException) and not isinstance(exc, (InvalidResponseHeader, InvalidResponseHeaderName)):
            status = next((status for kind, status in _STATUS_OF.items() if isinstance(exc, kind)), 400)
            get_logger().info("request_unreadable", kind=type(exc).__name__)
        else:
            status = HTTPStatus.INTERNAL_SERVER_ERROR
            get_logger().error("unexpected_error", exc_info=exc)
        with contextlib.suppress(OSError):
            client.sendall(refusal_bytes(status))


def refusal_bytes(status: int, **more: str) -> bytes:
    """Return a whole answer: the problem of a status, after which the connection is closed; `more` are headers."""
    body = json.dumps(document_of(status), ensure_ascii=False).encode()
    headers = {
        **ALWAYS,
        "Content-Security-Policy": POLICY,
        "Cache-Control": "no-store",
        "Content-Type": PROBLEM_TYPE,
        "Content-Length": str(len(body)),
        "Connection": "close",
        **{name.replace("_", "-"): value for name, value in more.items()},
    }
    head = [f"HTTP/1.1 {int(status)} {HTTPStatus(status).phrase}", *(f"{n}: {v}" for n, v in headers.items())]
    return "\r\n".join([*head, "", ""]).encode() + body


def hide_server_name() -> None:
    """Have gunicorn send no `Server` header: it has no setting for that."""
    written = wsgi.Response.default_headers
    if getattr(written, "is_nameless", False):
        return

    def nameless(self: Any) -> list[str]:
        return [line for line in written(self) if not line.startswith("Server:")]

    nameless.is_nameless = True  # type: ignore[attr-defined]  # so that a second call changes nothing
    wsgi.Response.default_headers = nameless
