"""What an operation refuses, by status and by name of the code, for the API document."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from libs.contracts.api import problem_codes
from libs.errors import Refusal
from libs.http.problems import HTTP_CODES, PROBLEM_TYPE, STATUS_OF

Document = dict[str, Any]
Known = dict[str, tuple[int, str]]
"""Of each code its status and what it says, in English."""
EVERY = "every operation"
"""Under which name the codes stand that have nothing to do with what is asked."""
_ALWAYS = (HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
_SECONDS = {"description": "When to come again, in seconds", "schema": {"type": "integer", "minimum": 0}}
_HEADERS = {
    HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": {"description": "How to sign in", "schema": {"type": "string"}}},
    HTTPStatus.TOO_MANY_REQUESTS: {"Retry-After": _SECONDS},
    HTTPStatus.SERVICE_UNAVAILABLE: {"Retry-After": _SECONDS},
}


def known_codes() -> Known:
    """Return every code of this process: those of refusals, and those of HTTP itself."""
    codes = {code: (status, words) for status, (code, words) in HTTP_CODES.items()}
    waiting: list[type[Refusal]] = [Refusal]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        codes.setdefault(kind.code, (STATUS_OF[kind.kind], kind.english))
    return codes


def refusals_of(operation: Document, known: Known, *, is_public: bool) -> Document:
    """Return the answers of an operation that refuse it: of each status, the codes that may stand there."""
    told = problem_codes()
    codes = {*told.get(EVERY, []), *told.get(operation.get("operationId", ""), [])}
    codes |= {HTTP_CODES[status][0] for status in _ALWAYS}
    if "requestBody" in operation or operation.get("parameters"):
        codes.add(HTTP_CODES[HTTPStatus.UNPROCESSABLE_ENTITY][0])
    if is_public:
        codes.discard(HTTP_CODES[HTTPStatus.UNAUTHORIZED][0])
    by_status: dict[int, list[str]] = {}
    for code in sorted(codes & known.keys()):
        by_status.setdefault(known[code][0], []).append(code)
    return {str(status): _refusal(status, by_status[status], known) for status in sorted(by_status)}


def _refusal(status: int, codes: list[str], known: Known) -> Document:
    schema = {
        "allOf": [
            {"$ref": "#/components/schemas/Problem"},
            {"type": "object", "properties": {"code": {"type": "string", "enum": codes}}},
        ]
    }
    answer: Document = {
        "description": "\n".join(f"- `{code}`: {known[code][1]}" for code in codes),
        "content": {PROBLEM_TYPE: {"schema": schema}},
    }
    headers = _HEADERS.get(HTTPStatus(status))
    return answer | ({"headers": headers} if headers else {})
