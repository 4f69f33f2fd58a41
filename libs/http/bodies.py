"""What no schema can say of a request: other content than JSON, text that no database stores, an id that is none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from uuid import UUID

from flask import Flask, current_app, request
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import BadRequest, HTTPException, NotFound, RequestEntityTooLarge, UnsupportedMediaType
from werkzeug.routing import RequestRedirect

from libs.errors import InvalidError
from libs.text import LINE_ENDS, may_be_shown

_ANY_ID = str(UUID(int=0))
PATH_SEGMENTS_MAX = 12
NESTED_MAX = 24


class TextInvalidError(InvalidError):
    """A text holds characters that cannot be stored or shown.

    A text holds what is stored or shown by nobody: controls, half of a surrogate pair, what turns its direction.
    """


class NestedTooDeeplyError(InvalidError):
    """The body is nested too deeply."""


class MalformedIdError(InvalidError):
    """A part of the path must be a UUID."""

    found: str


def guard_bodies(app: Flask) -> None:
    """Refuse, before anything else looks at it, what no schema can refuse."""
    app.before_request(_name_malformed_id)
    app.before_request(_refuse_other_content)
    app.before_request(_refuse_broken_body)


def has_body() -> bool:
    """Tell whether the request says that it has a body: by its length, or by chunks, which tell no length."""
    return bool(request.content_length) or bool(request.environ.get("HTTP_TRANSFER_ENCODING"))


def read_body() -> bytes:
    """Return the body, read once.

    Raises:
        BadRequest: it is not framed as HTTP frames bodies, or it ended too soon.
        RequestEntityTooLarge: it is over the limit.
    """
    try:
        body = request.get_data(cache=True)
    except (OSError, ValueError, ParseException) as error:
        raise BadRequest from error
    # What comes in chunks is cut at the limit, in silence: what is as long as the limit may have been longer.
    if request.content_length is None and len(body) >= (request.max_content_length or len(body) + 1):
        raise RequestEntityTooLarge
    return body


def _refuse_other_content() -> None:
    """Refuse a body that is not JSON, which the schemas would take for an empty one."""
    if request.routing_exception is not None:
        return  # There is nothing that could read it, which is what is said.
    kind = getattr(current_app.view_functions.get(request.endpoint or ""), "view_class", None)
    accepted = getattr(kind, "accepted_types", ("application/json",))
    if has_body() and request.mimetype not in accepted:
        raise UnsupportedMediaType


def _refuse_broken_body() -> None:
    """Refuse what is no JSON, lies too deep, or holds text that is none; whatever is sent, and however."""
    sent: list[object] = [*request.args.keys(), *request.args.values()]
    body = read_body() if has_body() else b""
    if body and request.is_json:
        sent.append(_json_of(body))
    for text in _texts(sent):
        if not may_be_shown(text.translate(LINE_ENDS)):
            raise TextInvalidError


def _json_of(body: bytes) -> object:
    try:
        return json.loads(body, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise NestedTooDeeplyError from error
    except ValueError as error:
        raise BadRequest from error


def _refuse_constant(name: str) -> object:
    """NaN and the infinities are no JSON, though Python reads them."""
    raise ValueError(name)


def _texts(sent: list[object]) -> Iterator[str]:
    """Yield every text, names of fields too; level by level, so that no depth is too much for us."""
    level = sent
    for _ in range(NESTED_MAX):
        below: list[object] = []
        for one in level:
            if isinstance(one, str):
                yield one
            elif isinstance(one, dict):
                below += [*one, *one.values()]
            elif isinstance(one, list):
                below += one
        if not below:
            return
        level = below
    raise NestedTooDeeplyError


def _name_malformed_id() -> None:
    """A path that would be right with an id in the place of one of its parts is told so, not only `not found`."""
    if not isinstance(request.routing_exception, NotFound):
        return
    parts = request.path.split("/")
    for place, part in enumerate(parts[:PATH_SEGMENTS_MAX]):
        if part and _leads_somewhere([*parts[:place], _ANY_ID, *parts[place + 1 :]]):
            raise MalformedIdError(found=part[:80])


def _leads_somewhere(parts: list[str]) -> bool:
    try:
        rule, values = current_app.create_url_adapter(request).match("/".join(parts), return_rule=True)  # type: ignore[union-attr]  # inside a request there is one
    except (HTTPException, RequestRedirect):
        return False
    return any(isinstance(value, UUID) and value.int == 0 for value in values.values()) and bool(rule.endpoint)
