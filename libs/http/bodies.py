"""What no schema can say of a request: other content than JSON, text that no database stores, an id that is none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from uuid import UUID

from flask import Flask, current_app, request
from werkzeug.exceptions import HTTPException, NotFound, UnsupportedMediaType
from werkzeug.routing import RequestRedirect

from libs.errors import InvalidError

_ANY_ID = str(UUID(int=0))
PATH_SEGMENTS_MAX = 12


class TextInvalidError(InvalidError):
    """A text holds U+0000 or half of a surrogate pair, which is no text to any database."""

    code = "text_invalid"
    zh = "文字中有无法保存的字符"
    en = "A text holds characters that cannot be stored"


class NestedTooDeeplyError(InvalidError):
    """The body's lists or objects lie too deep in each other."""

    code = "nested_too_deeply"
    zh = "请求内容嵌套过深"
    en = "The body is nested too deeply"


class MalformedIdError(InvalidError):
    """A part of the path stands where an id must stand, and is none."""

    code = "malformed_id"
    zh = "路径中的编号不是 UUID"
    en = "A part of the path must be a UUID"


def guard_bodies(app: Flask) -> None:
    """Refuse, before anything else looks at it, what no schema can refuse."""
    app.before_request(_name_malformed_id)
    app.before_request(_refuse_other_content)
    app.before_request(_refuse_unstorable_text)


def _refuse_other_content() -> None:
    """Refuse a body that is not JSON, which the schemas would take for an empty one."""
    kind = getattr(current_app.view_functions.get(request.endpoint or ""), "view_class", None)
    accepted = getattr(kind, "accepted_types", ("application/json",))
    if request.path.startswith("/v1/") and request.content_length and request.mimetype not in accepted:
        raise UnsupportedMediaType


def _refuse_unstorable_text() -> None:
    sent: object = list(request.args.values())
    if request.is_json and request.content_length:
        try:
            sent = [sent, json.loads(request.get_data(cache=True))]
        except RecursionError as error:
            raise NestedTooDeeplyError from error
        except ValueError:
            return  # The schemas name it.
    if any("\0" in text or not _is_text(text) for text in _texts(sent)):
        raise TextInvalidError


def _texts(sent: object) -> Iterator[str]:
    """Yield every text, names of fields too; by a list of what is left, so that no depth is too much."""
    left = [sent]
    while left:
        one = left.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            left += [*one, *one.values()]
        elif isinstance(one, list):
            left += one


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


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
