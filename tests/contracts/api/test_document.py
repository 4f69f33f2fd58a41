"""The API document is valid, and says of every operation what is true of all: tokens, keys, problems, answers."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, request
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from libs.http.framing import BODY_MAX_BYTES
from libs.http.units import is_number, named_schemas, unit_of
from services.embedded.front_door import merged_openapi
from services.orders.scans.api import ScanById

METHODS = {"get", "put", "post", "patch", "delete"}
KEYLESS = {
    "DELETE /v1/sessions",
    "DELETE /v1/sessions/current",
    "POST /v1/door-acts",
    "POST /v1/matches/plan",
    "POST /v1/me/second-factor",
    "POST /v1/me/second-factor/first-code",
    "POST /v1/me/second-factor/recovery-codes",
    "POST /v1/me/second-factor/removal",
    "POST /v1/series/{series_id}/preview",
}
"""What needs no key: it ends something, has acts with ids of their own, or answers a secret that is kept nowhere."""
PUBLIC = {
    "POST /v1/sessions",
    "POST /v1/sessions/refresh",
    "POST /v1/sessions/requests",
    "POST /v1/sessions/second-factor",
    "POST /v1/sessions/requests/result",
    "POST /v1/sign-in-codes",
    # Whoever applies has no account yet: a proved number stands in for it.
    "GET /v1/applications/privacy-text",
    "POST /v1/applications/codes",
    "POST /v1/applications/own",
    "POST /v1/applications/tickets",
    "POST /v1/applications/withdrawal",
    "PUT /v1/applications/{application_id}",
    "GET /.well-known/jwks.json",
    # The gateway of messages has no account: what it says is signed.
    "POST /v1/gateway/receipts",
    # What is public by its nature: the rules, the units they hold in, what can be asked for.
    "GET /v1/catalogue-items",
    "GET /v1/catalogue-items/versions",
    "GET /v1/organisation-units",
    "GET /v1/organisation-units/{unit_id}",
    "GET /v1/policies/current",
    "GET /v1/policies/parameters",
    "GET /v1/certificates/{certificate_id}",
    "GET /v1/certificates/status/{list_number}",
    "GET /v1/certificates/trust",
    "GET /v1/logs",
    "GET /v1/logs/{district_id}/checkpoint",
    "GET /v1/logs/{district_id}/tile/{tile}",
    "GET /v1/logs/{district_id}/trust",
    "GET /v1/supply",
    "GET /v1/supply/months",
}
OPERATIONS_MIN = 110
MINUTES_MIN = 50
CLOSED = {"state", "kind", "status", "level", "role", "funding", "grade", "hardship", "risk", "acts", "how", "document"}
"""What is called so takes one of a few words."""
CLOSED_MIN = 40


@pytest.fixture(scope="module")
def document(apis: dict[str, Flask]) -> dict[str, Any]:
    """The document of the whole platform."""
    return merged_openapi(apis, title="all")


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (method and path, operation)."""
    for path, methods in document["paths"].items():
        for method in METHODS & set(methods):
            yield f"{method.upper()} {path}", methods[method]


def resolved(document: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference."""
    if "$ref" not in part:
        return part
    _, kind, name = part["$ref"].removeprefix("#/").split("/")
    found: dict[str, Any] = document["components"][kind][name]
    return found


def test_every_document_is_valid(apis: dict[str, Flask], document: dict[str, Any]) -> None:
    alone = {name: app.test_client().get("/openapi.json").get_json() for name, app in apis.items()}

    wrong = [
        f"{name} {list(error.path)} {error.message}"
        for name, one in (alone | {"all": document}).items()
        for error in OpenAPIV31SpecValidator(one).iter_errors()
    ]

    assert wrong == []


def test_every_operation_says_what_it_answers(document: dict[str, Any]) -> None:
    silent = []
    for name, operation in operations(document):
        good = {status: answer for status, answer in operation["responses"].items() if status.startswith("2")}
        has_content = {status: bool(resolved(document, answer).get("content")) for status, answer in good.items()}
        silent += [f"{name} {status}" for status, has in has_content.items() if has is (status == "204")]
        silent += [] if good else [name]

    assert len(dict(operations(document))) > OPERATIONS_MIN
    assert silent == []


BODY_READ = re.compile(r"\b(?:request\.(?:get_data|get_json|json|data|stream|form|files|values)|read_body)\b")


def reads_body(view: Any, method: str) -> bool:
    """Tell whether a view, or what it calls of its own module, reads what is sent as it comes."""
    module = vars(inspect.getmodule(view))
    code, sources = [getattr(view, method)], set[str]()
    while code:
        source = inspect.getsource(code.pop())
        if source not in sources:
            sources.add(source)
            names = set(re.findall(r"\b(\w+)\(", source)) & set(module)
            code += [module[name] for name in names if inspect.isfunction(module[name])]
    return any(BODY_READ.search(source) for source in sources)


def test_every_operation_that_reads_a_body_describes_it(apis: dict[str, Flask], document: dict[str, Any]) -> None:
    """By its media types, how long it may be, and what it is: of a file as of JSON."""
    described = dict(operations(document))
    raw, undescribed = set(), set()
    for app in apis.values():
        for rule in app.url_map.iter_rules():
            view = getattr(app.view_functions[rule.endpoint], "view_class", None)
            for method in METHODS & {name.lower() for name in rule.methods or ()} if view else ():
                name = f"{method.upper()} " + re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule)
                if name in described and reads_body(view, method):
                    raw.add(name)
                    undescribed |= set() if "requestBody" in described[name] else {name}

    assert undescribed == set()
    assert raw >= {"PUT /v1/scans/{scan_id}", "POST /v1/me/photo", "PUT /v1/imports/{import_id}"}
    for name in raw:
        body = described[name]["requestBody"]
        if "application/json" in body["content"]:  # It is read by its schema, and once more as it was signed.
            continue
        assert (body["required"], "bytes" in body["description"]) == (True, True), name
        files = {kind: content["schema"] for kind, content in body["content"].items() if kind != "application/json"}
        assert files, name
        for kind, schema in files.items():
            assert (schema["type"], schema["format"], schema["contentMediaType"]) == ("string", "binary", kind), name
            assert 0 < schema["maxLength"] <= BODY_MAX_BYTES, name


def test_a_view_that_reads_its_body_in_another_function_is_seen() -> None:
    class Plain:
        def get(self) -> None:
            """Read nothing."""

        def post(self) -> Any:
            """Read it at once."""
            return request.get_json()

    assert [reads_body(Plain, method) for method in ("get", "post")] == [False, True]
    assert reads_body(ScanById, "put")


def test_every_operation_is_refused_with_a_problem(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        others = [answer for status, answer in operation["responses"].items() if not status.startswith("2")]
        kinds = {kind for answer in others for kind in resolved(document, answer)["content"]}
        assert kinds == {"application/problem+json"}, name
        assert {"429", "503", "default"} <= set(operation["responses"]), name


def test_what_is_open_to_all_says_so_and_nothing_else_is(document: dict[str, Any]) -> None:
    assert {name for name, operation in operations(document) if operation.get("security") == []} == PUBLIC


def test_a_command_without_an_id_of_its_own_needs_a_key(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        headers = {
            one["name"]: one["required"]
            for one in (resolved(document, part) for part in operation.get("parameters", []))
            if one["in"] == "header"
        }
        is_keyed = name.split()[0] in ("POST", "DELETE") and name not in PUBLIC | KEYLESS
        assert headers.get("Idempotency-Key", False) is is_keyed, name


def test_no_object_has_fields_that_are_not_named(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        if schema.get("properties") and not name.endswith(".Problem"):
            assert schema["additionalProperties"] is False, name


VERB_NOUN = re.compile(r"[a-z]+(_[a-z]+)*")


def test_every_operation_has_a_name_of_its_own_and_says_what_it_does(document: dict[str, Any]) -> None:
    described = dict(operations(document))
    names = [operation.get("operationId", "") for operation in described.values()]

    assert [name for name, said in described.items() if not VERB_NOUN.fullmatch(said.get("operationId", ""))] == []
    assert [name for name, said in described.items() if not said.get("summary")] == []
    assert sorted(names) == sorted(set(names))


def test_every_operation_names_its_problems(document: dict[str, Any]) -> None:
    unnamed = {
        name
        for name, operation in operations(document)
        for status, answer in operation["responses"].items()
        if status[0] in "45" and not _codes(answer)
    }

    assert unnamed == set()
    check_in = dict(operations(document))["POST /v1/orders/{order_id}/check-in"]
    assert "door_code_wrong" in {code for answer in check_in["responses"].values() for code in _codes(answer)}


def _codes(answer: dict[str, Any]) -> list[str]:
    parts = answer.get("content", {}).get("application/problem+json", {}).get("schema", {}).get("allOf", [])
    sets = [part["properties"]["code"]["enum"] for part in parts if "properties" in part]
    return sets[0] if sets else []


def test_every_number_with_a_unit_says_it(document: dict[str, Any]) -> None:
    numbers = [(name, schema) for name, schema in named_schemas(document) if is_number(schema) and unit_of(name)]

    assert len(numbers) > MINUTES_MIN
    assert [name for name, schema in numbers if schema.get("x-unit") != unit_of(name)] == []
    assert unit_of("held_minutes") == unit_of("minutes_per_month") == "minute"
    assert unit_of("administration") is None


def test_every_closed_set_is_an_enumeration(document: dict[str, Any]) -> None:
    closed = [(name, schema.get("items", schema)) for name, schema in named_schemas(document) if name in CLOSED]
    words = [(name, schema) for name, schema in closed if "string" in schema.get("type", ())]

    assert len(words) > CLOSED_MIN
    assert [f"{name}: {schema}" for name, schema in words if "enum" not in schema] == []
    queue = document["paths"]["/v1/queues/{name}"]["parameters"][0]["schema"]
    assert {"approval", "urgent"} <= set(queue["enum"])


def test_fields_that_exclude_each_other_say_so(document: dict[str, Any]) -> None:
    described = dict(operations(document))

    assert described["GET /v1/wallets"]["x-one-of"] == [["person", "district", "unit"]]
    sign_in = document["components"]["schemas"]["accounts.SignIn"]
    assert sign_in["oneOf"] == [{"required": ["password"]}, {"required": ["code"]}]


def test_every_operation_has_an_example_that_its_schema_allows(document: dict[str, Any]) -> None:
    wrong, count = [], 0
    for name, operation in operations(document):
        good = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
        for part in [operation.get("requestBody", {}), *good]:
            for kind, content in resolved(document, part).get("content", {}).items():
                if kind == "application/json":
                    count += 1
                    schema = {"components": document["components"], **content["schema"]}
                    errors = Draft202012Validator(schema).iter_errors(content["example"])
                    wrong += [f"{name}: {list(error.path)} {error.message[:200]}" for error in errors]

    assert count > OPERATIONS_MIN
    assert wrong == []
