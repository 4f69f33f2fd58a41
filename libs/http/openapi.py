"""The API document as it is true: who may call without a token, which headers matter, what a problem looks like.

flask-smorest writes down what the schemas say; here is added what every operation has because of how commands, tokens
and problems work, and what a view marks (`prefers_wait`, `needs_version`).
"""

from __future__ import annotations

import copy
import json
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from flask import Flask, Response, current_app
from flask_smorest import Api, Blueprint
from werkzeug.routing import AnyConverter

from libs.http.fields import choices_of
from libs.http.problems import PROBLEM_TYPE
from libs.http.refusals_told import Known, known_codes, refusals_of
from libs.http.samples import write_examples
from libs.http.units import write_units

Document = dict[str, Any]
View = TypeVar("View", bound=Callable[..., object])
_NOT_SENT = ("Error", "PaginationMetadata")
METHODS = ("get", "put", "post", "patch", "delete")
_JSON = "application/json"
_UUID = {"type": "string", "format": "uuid"}
_PROBLEM = {
    "type": "object",
    "description": "Why a request was refused (RFC 9457); further fields explain it",
    "required": ["type", "title", "status", "code", "instance"],
    "properties": {
        "type": {"type": "string", "pattern": "^urn:problem:[a-z0-9_]+$"},
        "title": {"type": "string", "description": "In the language of the caller, or in Chinese"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "code": {"type": "string", "pattern": "^[a-z0-9_]+$"},
        "instance": {"type": "string", "description": "The id of the request"},
        "errors": {"type": "object", "description": "What is wrong with each field, by where it was sent"},
    },
}
_PARAMETERS: dict[str, Document] = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "description": "Names the command: sent again, it has the same answer and no second effect",
        "schema": _UUID,
    },
    "Prefer": {
        "name": "Prefer",
        "in": "header",
        "required": False,
        "description": "How many seconds to wait for a decision that comes later: wait=5",
        "schema": {"type": "string", "pattern": "^wait=[0-9]{1,2}$"},
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "required": True,
        "description": "The version that was looked at",
        "schema": {"type": "string", "pattern": "^[0-9]{1,9}$"},
    },
}


def prefers_wait(view: View) -> View:
    """Mark a view whose answer waits for a decision, as long as the caller prefers."""
    view.prefers_wait = True  # type: ignore[attr-defined]  # a mark read below
    return view


def needs_version(view: View) -> View:
    """Mark a view that needs If-Match."""
    view.needs_version = True  # type: ignore[attr-defined]  # a mark read below
    return view


def keyless(view: View) -> View:
    """Mark a view that changes something and is no command: it has no Idempotency-Key."""
    view.is_keyless = True  # type: ignore[attr-defined]  # a mark read below
    return view


def takes_content(*, bytes_max: int, json_schema: Document | None = None) -> Callable[[View], View]:
    """Mark a view that reads its body as it comes: of the types that its class accepts, and what its JSON is like."""

    def mark(view: View) -> View:
        view.content_taken = (bytes_max, json_schema)  # type: ignore[attr-defined]  # a mark read below
        return view

    return mark


class TrueApi(Api):  # type: ignore[misc]  # flask-smorest has no types
    """flask-smorest, with the document completed."""

    def init_app(self, app: Flask, **options: Any) -> None:
        """Also describe parts of paths that are one of a few words."""
        super().init_app(app, **options)
        self.register_converter(AnyConverter, lambda words: {"type": "string", "enum": sorted(words.items)})
        self._undescribed: list[Blueprint] = []
        self._describing = threading.Lock()

    def register_blueprint(self, blueprint: Blueprint, **options: Any) -> None:
        """Serve a blueprint now; describe it when the document is first asked for: that is half of a start's work."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blueprint.name] = self
        self._app.register_blueprint(blueprint, **options)
        self._undescribed.append(blueprint)

    def describe(self) -> None:
        """Add what was not yet described to the document."""
        with self._describing:
            while self._undescribed:
                one = self._undescribed.pop(0)
                one.register_views_in_doc(self, self._app, self.spec, name=one.name, parameters=None)
                self.spec.tag({"name": one.name, "description": one.description})

    def _openapi_json(self) -> Response:
        self.describe()
        text = json.dumps(completed(copy.deepcopy(self.spec.to_dict()), current_app), ensure_ascii=False, default=str)
        return Response(text, content_type="application/json")


def completed(document: Document, app: Flask) -> Document:
    """Return the document with what its views are marked with, and with problems as they are sent."""
    components = document.setdefault("components", {})
    components["parameters"] = components.get("parameters", {}) | _PARAMETERS
    schemas = components.get("schemas", {})
    components["schemas"] = {name: schemas[name] for name in schemas if name not in _NOT_SENT} | {"Problem": _PROBLEM}
    components["responses"] = _responses()
    known = known_codes()
    for operation, view, method in _operations(document, app):
        _complete(operation, view, method, known)
        _say_one_of(document, operation, getattr(view, method))
    for schema in components["schemas"].values():
        _close(schema)
    write_units(document)
    for operation, _, _ in _operations(document, app):
        write_examples(document, operation)
    return document


def _responses() -> Document:
    content = {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"Problem": {"description": "Refused before the operation, or with a new code", "content": content}}


def _operations(document: Document, app: Flask) -> Iterator[tuple[Document, object, str]]:
    """Yield each operation of the document with its view."""
    views = {}
    for rule in app.url_map.iter_rules():
        kind = getattr(app.view_functions[rule.endpoint], "view_class", None)
        if kind is not None:
            views[_template(rule.rule)] = kind
    for path, methods in document.get("paths", {}).items():
        for method in METHODS:
            if method in methods:
                yield methods[method], views[path], method


def _template(rule: str) -> str:
    """Return a rule of Flask as the document writes a path."""
    return re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule)


def _complete(operation: Document, kind: object, method: str, known: Known) -> None:
    view = getattr(kind, method)
    is_public = getattr(kind, "is_public", False) or getattr(view, "is_public", False)
    if is_public:
        operation["security"] = []
    if hasattr(view, "content_taken"):
        operation["requestBody"] = _content_taken(getattr(kind, "accepted_types", ()), *view.content_taken)
    parameters = operation.setdefault("parameters", [])
    for name, is_needed in (
        ("IdempotencyKey", method in ("post", "delete") and not is_public and not _marked(kind, view, "is_keyless")),
        ("Prefer", _marked(kind, view, "prefers_wait")),
        ("IfMatch", _marked(kind, view, "needs_version")),
    ):
        if is_needed:
            parameters.append({"$ref": f"#/components/parameters/{name}"})
    answers = {status: answer for status, answer in operation["responses"].items() if status.startswith("2")}
    refused = refusals_of(operation, known, is_public=is_public)
    operation["responses"] = answers | refused | {"default": {"$ref": "#/components/responses/Problem"}}


def _content_taken(types: Iterable[str], bytes_max: int, json_schema: Document | None) -> Document:
    """Return a body that is a file: by each type that it may be of."""
    content = {
        kind: {"schema": {"type": "string", "format": "binary", "contentMediaType": kind, "maxLength": bytes_max}}
        for kind in types
        if kind != _JSON
    }
    if json_schema is not None:
        content[_JSON] = {"schema": json_schema}
    return {"required": True, "description": f"At most {bytes_max} bytes", "content": content}


def _say_one_of(document: Document, operation: Document, view: object) -> None:
    """Say which fields exclude each other, where a schema has `one_of`."""
    for argument in getattr(view, "_apidoc", {}).get("arguments", {}).get("parameters", []):
        for names in choices_of(argument["schema"]):
            words = f"Exactly one of {', '.join(names)} is given"
            if argument["in"] == "query":
                operation.setdefault("x-one-of", []).append(list(names))
                named = [part for part in operation["parameters"] if part.get("name") in names]
                for parameter in named:
                    parameter["description"] = ". ".join(filter(None, [parameter.get("description"), words]))
            else:
                body = operation["requestBody"]["content"]["application/json"]["schema"]
                schema = document["components"]["schemas"][body["$ref"].rsplit("/", 1)[1]]
                schema["oneOf"] = [{"required": [name]} for name in names]


def _marked(kind: object, view: object, mark: str) -> bool:
    return bool(getattr(kind, mark, False) or getattr(view, mark, False))


def _close(schema: Document) -> None:
    """Say that an object has no other fields than those named: unknown ones are refused, and none are sent."""
    if schema.get("type") == "object" and schema.get("properties") and schema is not _PROBLEM:
        schema.setdefault("additionalProperties", False)
