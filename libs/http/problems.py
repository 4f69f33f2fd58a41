"""The one table kind → status and the one renderer of problems (RFC 9457)."""

import json
from collections.abc import Mapping
from http import HTTPStatus

from flask import Flask, Response, request
from sqlalchemy.exc import OperationalError, TimeoutError as PoolTimeoutError
from structlog.contextvars import get_contextvars
from werkzeug.exceptions import HTTPException

from libs.errors import Kind, Refusal
from libs.http.language import prefers_chinese
from libs.http.words import in_chinese as words_in_chinese
from libs.logs import get_logger
from libs.translation import in_chinese, message

STATUS_OF = {
    Kind.INVALID: 400,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.RULE: 422,
    Kind.NOT_YET: 503,
}
RETRY_AFTER_SECONDS = 2
PROBLEM_TYPE = "application/problem+json"
RESERVED = frozenset({"type", "title", "status", "code", "instance", "detail"})
"""What a problem says of itself; no field of a refusal may be called so."""
CHALLENGE = 'Bearer realm="timebank"'
HTTP_CODES = {
    400: ("invalid_request", message("The request is malformed")),
    401: ("not_signed_in", message("A valid token is needed")),
    404: ("not_found", message("There is no such resource")),
    403: ("not_authorised", message("The caller has no role or relation that allows this")),
    405: ("method_not_allowed", message("This method is not allowed here")),
    408: ("request_timeout", message("The request did not come in time")),
    413: ("body_too_large", message("The body is over the limit")),
    414: ("uri_too_long", message("The address is too long")),
    415: ("wrong_content_type", message("The body must be application/json")),
    422: ("invalid_fields", message("Some fields are missing, unknown or out of range")),
    417: ("expectation_failed", message("The expectation cannot be met")),
    428: ("precondition_required", message("A precondition header is missing")),
    429: ("too_many_requests", message("Too many requests")),
    431: ("headers_too_large", message("The headers are too large")),
    501: ("not_implemented", message("This is not supported")),
    503: ("service_unavailable", message("The service is not available now")),
}
_INTERNAL = ("internal_error", message("Something went wrong on our side"))


def problem(
    status: int,
    code: str,
    english: str,
    fields: Mapping[str, object] | None = None,
    *,
    home: str = __name__,
    retry: bool = False,
) -> Response:
    """Return a problem document in the caller's language (zh-CN unless Accept-Language prefers en)."""
    chinese = prefers_chinese()
    body = {
        "type": f"urn:problem:{code}",
        "title": in_chinese(english, module=home) if chinese else english,
        "status": status,
        "code": code,
        "instance": get_contextvars().get("request_id", ""),
    } | {name: _plain(value) for name, value in (fields or {}).items() if name not in RESERVED}
    response = Response(json.dumps(body, ensure_ascii=False, default=str), status, content_type=PROBLEM_TYPE)
    response.headers["Content-Language"] = "zh-CN" if chinese else "en"
    if retry:
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def document_of(status: int) -> dict[str, object]:
    """Return the problem of a status that was found before there was a request to speak of, in the default language."""
    code, english = HTTP_CODES.get(status, _INTERNAL)
    title = in_chinese(english, module=__name__)
    return {"type": f"urn:problem:{code}", "title": title, "status": int(status), "code": code, "instance": ""}


def _plain(value: object) -> object:
    return value if isinstance(value, (str, int, bool, list, dict, type(None))) else str(value)


def refusal_problem(refusal: Refusal) -> Response:
    """Render a refusal by the one table."""
    response = problem(STATUS_OF[refusal.kind], refusal.code, refusal.english, refusal.fields, home=refusal.home)
    if refusal.retry_after_seconds is not None:
        response.headers["Retry-After"] = str(refusal.retry_after_seconds)
    return response


def register_problems(app: Flask) -> None:
    """Answer every error of `app` with a problem document; an unknown one is logged once, answered without detail."""

    def http_error(error: HTTPException) -> Response:
        if error.code in (None, 301, 302, 304, 307, 308):
            return error.get_response()  # type: ignore[return-value]  # werkzeug's response is one of ours
        status = error.code or 500
        code, english = HTTP_CODES.get(status, ("http_error", message("The request failed")))
        details = getattr(error, "data", None) or {}
        messages = details.get("messages")
        fields = {"errors": words_in_chinese(messages) if prefers_chinese() else messages} if messages else {}
        response = problem(status, code, english, fields, retry=status in (429, 503))
        _add_headers(response, error)
        return response

    def unavailable(error: Exception) -> Response:
        get_logger().warning("database_unavailable", error=type(error).__name__)
        return problem(503, *HTTP_CODES[503], {"component": "database"}, retry=True)

    def unknown(error: Exception) -> Response:
        get_logger().error("unexpected_error", exc_info=error, path=request.path)
        return problem(500, *_INTERNAL)

    app.register_error_handler(Refusal, refusal_problem)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(OperationalError, unavailable)
    app.register_error_handler(PoolTimeoutError, unavailable)
    app.register_error_handler(Exception, unknown)


def _add_headers(response: Response, error: HTTPException) -> None:
    """Say in headers what the status asks for: which methods there are, how to sign in, when to come again."""
    for name, value in error.get_headers(request.environ):
        if name.lower() in ("allow", "retry-after", "www-authenticate"):
            response.headers[name] = value
    if response.status_code == HTTPStatus.UNAUTHORIZED and "WWW-Authenticate" not in response.headers:
        response.headers["WWW-Authenticate"] = CHALLENGE
