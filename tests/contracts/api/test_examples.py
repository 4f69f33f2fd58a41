"""Each recorded example is what the document allows, and together they show every member that answers have now.

Where none is recorded, the document shows one made from the schema, which the same test holds to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator, FormatChecker

from libs.contracts.api import examples
from libs.http.openapi import METHODS
from services.embedded.front_door import merged_openapi
from tests.contracts.api import recording
from tests.contracts.api.looking import Seen, readings
from tests.contracts.api.recording import Progress, RecordingClient, settled, shortened

RECORDED_MIN = 180
SELDOM = {
    "accounts.FullPersonAnswer": {"home_unit"},
    "accounts.HandoverDone": {"from_name", "to_name"},
    "accounts.RoleAnswer": {
        "act", "decided_at", "decided_by", "lapses_at", "proposed_at", "proposed_by", "roles_to_decide", "why",
        "open_proposals",
    },
    "accounts.RoleDone": {"granted_at", "granted_by", "lent_by_id", "open_proposals"},
    "accounts.SignInAnswer": {"ticket", "ticket_expires_at"},
    "accounts.UnitAnswer": {"policy_id"},
    "orders.Duty": {"unit_name"},
    "orders.Order": {"distance_m", "offers"},
    "orders.OrderDone": {"distance_m"},
    "orders.Visit": {"order_id"},
    "orders.Waiting": {
        "answered_by", "calling", "closed_at", "closed_by", "distance_m", "ending", "falls_due", "falls_due_at",
        "incident_id", "welfare", "opened_at", "opened_by", "outcome", "person_id", "place", "rings", "words",
    },
    "redemption.CreditRequest": {"exchange_id"},
}  # fmt: skip
"""Members that no story shows, by schema."""
JSON = "application/json"


@pytest.fixture(scope="module")
def document(apis: dict[str, Flask]) -> dict[str, Any]:
    """The document of the whole platform."""
    return merged_openapi(apis, title="all")


def bodies(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield (operation, `request` or `answer`, schema and example) of every body of JSON."""
    for methods in document["paths"].values():
        for method in set(METHODS) & set(methods):
            operation = methods[method]
            good = [status for status in operation["responses"] if status.startswith("2")]
            parts = [("request", operation.get("requestBody", {}))]
            parts += [("answer", operation["responses"][status]) for status in good]
            for kind, part in parts:
                if JSON in part.get("content", {}) and "schema" in part["content"][JSON]:
                    yield operation["operationId"], kind, part["content"][JSON]


def faults(document: dict[str, Any], schema: dict[str, Any], example: object) -> list[str]:
    """Return what of an example a schema does not allow."""
    whole = schema | {"components": document["components"]}
    found = Draft202012Validator(whole, format_checker=FormatChecker()).iter_errors(example)
    return [f"{list(fault.path)}: {fault.message[:200]}" for fault in found]


def test_every_example_is_what_the_document_allows(document: dict[str, Any]) -> None:
    wrong = [
        f"{name} {kind} {fault}"
        for name, kind, body in bodies(document)
        for fault in faults(document, body["schema"], body["example"])
    ]

    assert wrong == [], "\n".join(["`make examples` records them anew.", *wrong])


def test_every_member_of_an_answer_is_shown_by_some_recorded_example(document: dict[str, Any]) -> None:
    recorded = examples()
    shown: dict[str, set[str]] = {}
    for name, kind, body in bodies(document):
        if kind == "answer" and kind in recorded.get(name, {}):
            note_members(document, body["schema"], recorded[name][kind], shown)

    wrong = [
        f"{name}: {sorted(missing)}"
        for name, members in sorted(shown.items())
        if (missing := set(document["components"]["schemas"][name]["properties"]) - members - SELDOM.get(name, set()))
    ]

    assert wrong == [], "\n".join(["`make examples` records them anew.", *wrong])


def note_members(document: dict[str, Any], schema: dict[str, Any], value: Any, shown: dict[str, set[str]]) -> None:
    """Note which members of each named schema a value shows."""
    name = ""
    while "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        schema = document["components"]["schemas"][name]
    if isinstance(value, dict) and "properties" in schema:
        if name:
            shown.setdefault(name, set()).update(value)
        for member, part in value.items():
            note_members(document, schema["properties"].get(member, {}), part, shown)
    elif isinstance(value, list):
        for part in value:
            note_members(document, schema.get("items", {}), part, shown)


def test_the_examples_are_of_operations_there_are(document: dict[str, Any]) -> None:
    there = {name for name, _, _ in bodies(document)}

    assert examples().keys() <= there
    assert len(examples()) >= RECORDED_MIN


def test_a_wrong_example_is_found(document: dict[str, Any]) -> None:
    name, _, body = next(one for one in bodies(document) if "$ref" in one[2]["schema"])

    assert faults(document, body["schema"], {"never": "heard of"}), name


def test_what_was_drawn_by_chance_is_the_same_each_time() -> None:
    first = settled({"answer": {"order_id": "01890a5d-ac96-774b-bcce-b302099a8057", "next": "x.y.z", "state": "taken"}})
    again = settled({"answer": {"order_id": "ffffffff-ac96-774b-bcce-b302099a8057", "next": "a.b.c", "state": "taken"}})

    assert first == again
    assert first["answer"]["next"] == "<cursor>"
    assert shortened({"items": [{"a": None}, {"a": 1}, {"a": 2}]}) == {"items": [{"a": 1}, {"a": 2}]}
    assert RecordingClient("nowhere").recorder is None


def test_what_no_step_asks_for_is_asked_with_ids_that_were_seen() -> None:
    unit = {"name": "unit", "in": "query", "schema": {}}
    path = {"name": "order_id", "in": "path", "required": True, "schema": {}}
    answer = {"responses": {"200": {"content": {"application/json": {}}}}, "parameters": [unit]}
    document = {
        "paths": {
            "/v1/orders/{order_id}/evidence": {"parameters": [path], "get": answer | {"operationId": "get_evidence"}},
            "/.well-known/jwks.json": {"get": answer | {"operationId": "get_signing_keys"}},
            "/v1/orders": {"put": answer},
        }
    }
    seen = Seen()
    seen.note({"items": [{"order_id": "o1", "unit_id": "k1"}, {"order_id": "o2", "name": "n"}]})

    [reading] = readings(document)

    assert list(reading.addresses(Seen())) == []
    assert list(reading.addresses(seen)) == [
        "/v1/orders/o2/evidence",
        "/v1/orders/o2/evidence?unit=k1",
        "/v1/orders/o1/evidence",
        "/v1/orders/o1/evidence?unit=k1",
    ]


def test_a_run_that_was_ended_is_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "PROGRESS", tmp_path / "build" / "examples.json")
    before = Progress.read()

    Progress(["01-main"], ["02-broken"], {"get_order": {"answer": {"state": "taken"}}}).save()

    assert before == Progress()
    assert Progress.read() == Progress(["01-main"], ["02-broken"], {"get_order": {"answer": {"state": "taken"}}})
