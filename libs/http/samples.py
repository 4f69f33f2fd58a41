"""An example of what an operation takes and gives: what was recorded of it, or one made from its schema."""

from __future__ import annotations

import re
from typing import Any

from libs.contracts.api import examples

Document = dict[str, Any]
DEEP_MAX = 8
_BY_FORMAT = {
    "uuid": "01890a5d-ac96-774b-bcce-b302099a8057",
    "date": "2026-03-02",
    "date-time": "2026-03-02T09:00:00+08:00",
}
_TEXTS = ("text", "2026-03", "123456", "31.23", "2026-03-02", "1", "B1", "09:30")
"""Of these the first that a pattern and its lengths allow stands for a text."""
_WHOLE = 60


def write_examples(document: Document, operation: Document) -> None:
    """Add an example to the body of a request and to its first good answer of JSON."""
    recorded = examples().get(operation.get("operationId", ""), {})
    for name, content in _contents(operation):
        if name in recorded:
            content["example"] = recorded[name]
        else:
            content["example"] = sample(document, content["schema"], needed_only=name == "request")


def _contents(operation: Document) -> list[tuple[str, Document]]:
    good = sorted(status for status in operation["responses"] if status.startswith("2"))
    parts = [
        ("request", operation.get("requestBody", {})),
        *(("answer", operation["responses"][status]) for status in good),
    ]
    told = [(name, part.get("content", {}).get("application/json", {})) for name, part in parts]
    return [(name, content) for name, content in told if "schema" in content]


def sample(document: Document, schema: Document, *, needed_only: bool, deep: int = 0) -> Any:
    """Return a value that a schema allows; `needed_only` leaves out what may be left out."""
    schema = _resolved(document, schema)
    for word in ("anyOf", "allOf"):
        if word in schema:
            return sample(document, schema[word][0], needed_only=needed_only, deep=deep)
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        return _object(document, schema, needed_only=needed_only, deep=deep) if deep < DEEP_MAX else {}
    if kind == "array":
        return [sample(document, schema["items"], needed_only=needed_only, deep=deep + 1)] if deep < DEEP_MAX else []
    if kind in ("integer", "number"):
        return min(max(_WHOLE, schema.get("minimum", _WHOLE)), schema.get("maximum", _WHOLE))
    return True if kind == "boolean" else _text(schema)


def _object(document: Document, schema: Document, *, needed_only: bool, deep: int) -> Document:
    members = schema.get("properties", {})
    needed = {*schema.get("required", []), *(name for part in schema.get("oneOf", [])[:1] for name in part["required"])}
    excluded = {name for part in schema.get("oneOf", [])[1:] for name in part["required"]} - needed
    shown = [name for name in members if (name in needed or not needed_only) and name not in excluded]
    return {name: sample(document, members[name], needed_only=needed_only, deep=deep + 1) for name in shown}


def _text(schema: Document) -> str:
    if schema.get("format") in _BY_FORMAT:
        return _BY_FORMAT[schema["format"]]
    pattern = re.compile(schema.get("pattern", ""))
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength", 1000)
    allowed = ((text * (1 + shortest // len(text)))[:longest] for text in _TEXTS)
    return next((text for text in allowed if pattern.search(text)), _TEXTS[0])[:longest]


def _resolved(document: Document, schema: Document) -> Document:
    while "$ref" in schema:
        target: Any = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        schema = target
    return schema
