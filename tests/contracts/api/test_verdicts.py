"""The second person of every act of two people says the same: yes, or no with a reason."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

OTHER = {
    "/v1/orders/{order_id}/decision": "a checker decides minutes; who signs that as the second confirms it",
    "/v1/orders/{order_id}/confirmation": "the recipient says that somebody came",
    "/v1/persons/{person_id}/phone-number/confirmation": "a code says that the old number is still theirs",
    "/v1/sessions/requests/{approval}/decision": "one says whether oneself is signed in there",
}
"""What ends like a verdict and is none, and why."""
VERDICTS_MIN = 14


@pytest.fixture(scope="module")
def verdicts(apis: dict[str, Flask]) -> dict[str, dict[str, Any]]:
    """Return the body of every verdict by its path, with what it refers to in its place."""
    found: dict[str, dict[str, Any]] = {}
    for app in apis.values():
        document: dict[str, Any] = app.test_client().get("/openapi.json").get_json()
        for path, operations in document["paths"].items():
            if path.endswith(("/decision", "/confirmation")) and path not in OTHER:
                found[path] = _body(document, operations["post"])
    return found


def _body(document: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = operation["requestBody"]["content"]["application/json"]["schema"]
    named = schema.get("$ref", "").rsplit("/", 1)[-1]
    return document["components"]["schemas"][named] if named else schema


def test_every_verdict_is_the_same_document(verdicts: dict[str, dict[str, Any]]) -> None:
    shapes = {path: (schema["properties"], schema.get("required")) for path, schema in verdicts.items()}

    assert len(shapes) >= VERDICTS_MIN
    first = next(iter(shapes.values()))
    assert {path for path, shape in shapes.items() if shape != first} == set()
    assert set(first[0]) == {"ok", "why"}


def test_a_yes_is_never_taken_for_granted(verdicts: dict[str, dict[str, Any]]) -> None:
    assert {path for path, schema in verdicts.items() if "ok" not in schema.get("required", [])} == set()
