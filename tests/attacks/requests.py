"""A request for every operation of the document that its schema allows, about things that exist."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from libs.ids import new_id

METHODS = ("get", "put", "post", "delete")
JSON = {"Content-Type": "application/json"}
ALWAYS = ("why",)
ONE_OF = {
    "/v1/objections": "unit",
    "/v1/transfers": "order",
    "/v1/volunteer-stops": "volunteer_id",
    "/v1/wallets": "person",
}
"""Queries of which one must be given, though the document can say it of none."""


@dataclass(frozen=True)
class Values:
    """What is put where a path, a query or a body has a name; whatever has none here is made up."""

    ids: Mapping[str, str]
    """By operation and name (`POST /v1/deaths/{death_id}/confirmation death_id`), or by name alone."""
    words: Mapping[str, Any]
    made: dict[str, str] = field(default_factory=dict)

    def id_of(self, operation: str, name: str) -> str:
        """Return an id; a PUT names what is new."""
        return self.ids.get(f"{operation} {name}") or self.ids.get(name) or str(new_id())


@dataclass(frozen=True)
class Request:
    """One request, but for who sends it."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes | None


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (method and path, operation), in the document's order."""
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                yield f"{method.upper()} {path}", methods[method]


def request_of(document: Mapping[str, Any], operation: str, described: Mapping[str, Any], values: Values) -> Request:
    """Return a request that the document allows."""
    method, path = operation.split(" ")
    parameters = [_resolved(document, one) for one in described.get("parameters", [])]
    needed = [one for one in parameters if one["in"] == "query" and one.get("required")]
    asked = {one["name"]: one["schema"].get("enum", [None])[0] for one in needed}
    asked |= {ONE_OF[path]: None} if path in ONE_OF and method == "GET" else {}
    query = "&".join(f"{name}={word or values.id_of(operation, name)}" for name, word in asked.items())
    headers = {"Idempotency-Key": str(new_id())} if method in ("POST", "DELETE") else {}
    if any(one["name"] == "If-Match" for one in parameters):
        headers["If-Match"] = "1"
    body = None
    schema = described.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    if schema is not None:
        body = json.dumps(_value(document, operation, schema, values)).encode()
        headers |= JSON
    return Request(method, _filled(operation, path, values) + (f"?{query}" if query else ""), headers, body)


def _filled(operation: str, path: str, values: Values) -> str:
    parts = path.split("/")
    for place, part in enumerate(parts):
        if part.startswith("{"):
            name = part.strip("{}")
            known = {"name": "approval", "tile": "0/000"}.get(name)
            is_new = operation.startswith("PUT ") and place == len(parts) - 1
            parts[place] = known or (str(new_id()) if is_new else values.id_of(operation, name))
    return "/".join(parts)


def _resolved(document: Mapping[str, Any], part: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in part:
        return part
    found: Any = document
    for step in part["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return dict(found)


def _value(document: Mapping[str, Any], operation: str, part: Mapping[str, Any], values: Values, name: str = "") -> Any:
    schema = _resolved(document, part)
    for key in (f"{operation} {name}", name):
        if key in values.words:
            return values.words[key]
    if "anyOf" in schema:
        return _value(document, operation, schema["anyOf"][0], values, name)
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        needed = {*schema.get("required", []), *ALWAYS, *values.words.get(f"{operation} +", [])}
        members = schema.get("properties", {})
        return {key: _value(document, operation, members[key], values, key) for key in members if key in needed}
    if kind == "array":
        return [_value(document, operation, schema["items"], values, name.removesuffix("s"))]
    if schema.get("format") == "uuid":
        return values.id_of(operation, name)
    return {"integer": 60, "boolean": True, "number": 31.23}.get(str(kind), "x")
