"""One port: each path has one owner, and the merged document loses nothing."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from werkzeug.test import Client

from services.embedded.front_door import FrontDoor, merged_openapi, owners_of

THING = {"$ref": "#/components/schemas/Thing"}


def service(name: str, *segments: str) -> Flask:
    """Return a service that answers its own name."""
    app = Flask(name)
    for segment in segments:
        app.add_url_rule(f"/v1/{segment}/<part>", f"{segment}-part", lambda part: f"{name} {part}")
    document = {
        "paths": {f"/v1/{segment}/{{part}}": {"get": {"schema": THING}} for segment in segments},
        "components": {"schemas": {"Thing": {"title": name}}, "responses": {"X": THING}},
    }
    app.add_url_rule("/openapi.json", "openapi", lambda: document)
    return app


@pytest.fixture
def client() -> Client:
    """Give the front door of two services."""
    services = {"accounts": service("accounts", "persons"), "orders": service("orders", "orders", "visits")}
    platform, pages = Flask("platform"), Flask("pages")
    platform.add_url_rule("/readyz", "ready", lambda: "platform ready")
    pages.add_url_rule("/", "front", lambda: "front page")
    return Client(FrontDoor(services, platform=platform, pages=pages))


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/v1/persons/7", "accounts 7"),
        ("/v1/visits/7", "orders 7"),
        ("/orders/v1/orders/7", "orders 7"),
        ("/readyz", "platform ready"),
        ("/", "front page"),
    ],
)
def test_a_path_goes_to_its_owner(client: Client, path: str, answer: str) -> None:
    assert client.get(path).get_data(as_text=True) == answer


def test_a_path_that_nobody_owns_is_not_found(client: Client) -> None:
    assert client.get("/v1/nothing/7").status_code == 404


def test_two_services_with_one_segment_are_refused() -> None:
    with pytest.raises(AssertionError, match="things is served by"):
        owners_of({"accounts": service("accounts", "things"), "orders": service("orders", "things")})


def test_the_merged_document_keeps_schemas_of_one_name_apart() -> None:
    services = {"accounts": service("accounts", "persons"), "orders": service("orders", "orders")}

    merged = merged_openapi(services, title="all")

    assert set(merged["paths"]) == {"/v1/persons/{part}", "/v1/orders/{part}"}
    assert merged["components"]["schemas"]["accounts.Thing"] == {"title": "accounts"}
    assert merged["components"]["schemas"]["orders.Thing"] == {"title": "orders"}
    assert json.dumps(merged).count("#/components/schemas/orders.Thing") == 2
