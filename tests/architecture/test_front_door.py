"""The front door of the cluster sends each request to whoever answers it: a service, or the pages."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re

import pytest
from flask import Blueprint, Flask

from tests.architecture import front_door
from tests.architecture.deployment import SERVICES

NGINX = front_door.read()
LOCATIONS = front_door.locations(NGINX)
SEGMENTS = re.compile(r"\^/v1/\(([a-z|-]+)\)\(/\|\$\)")


def _segments(service: str) -> set[str]:
    app = Flask(service)
    for name in _edges(service):
        for blueprint in vars(importlib.import_module(name)).values():
            if isinstance(blueprint, Blueprint) and blueprint.name not in app.blueprints:
                app.register_blueprint(blueprint)
    rules = (rule.rule.split("/") for rule in app.url_map.iter_rules() if rule.rule.startswith("/v1/"))
    return {parts[2] for parts in rules}


def _edges(service: str) -> list[str]:
    """Return the modules of a service that are its HTTP edge, in whichever feature."""
    package = importlib.import_module(f"services.{service}")
    names = [module.name for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
    return [name for name in names if "api" in name.split(".") and "tests" not in name.split(".")]


def _routed() -> dict[str, list[str]]:
    """Return the segments that the expressions name, by the host they lead to."""
    found: dict[str, list[str]] = {}
    for location in LOCATIONS:
        if match := SEGMENTS.fullmatch(location.pattern):
            found.setdefault(location.upstream, []).extend(match[1].split("|"))
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_every_resource_of_a_service_is_reached(service: str) -> None:
    owned = _segments(service)

    assert owned
    assert owned - set(_routed()[f"{service}-api"]) == set()
    for segment in owned:
        for path in (f"/v1/{segment}", f"/v1/{segment}/1/part"):
            assert front_door.chosen(LOCATIONS, path).upstream == f"{service}-api"


def test_no_segment_is_routed_twice() -> None:
    segments = [segment for found in _routed().values() for segment in found]

    assert len(segments) == len(set(segments))


@pytest.mark.parametrize("path", ["/", "/elder/ask", "/assets/style.css", "/docs", "/readyz", "/v2/orders", "/ordersx"])
def test_whatever_is_no_api_goes_to_the_pages(path: str) -> None:
    found = front_door.chosen(LOCATIONS, path)

    assert (found.upstream, found.path) == ("web", "")


def test_what_no_service_owns_is_refused_as_the_api_refuses() -> None:
    found = front_door.chosen(LOCATIONS, "/v1/nothing-of-ours")

    assert (found.status, found.content_type) == (404, "application/problem+json")
    assert json.loads(found.body)["code"] == "not_found"


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("name", ["openapi.json", "readyz"])
def test_each_service_says_of_itself_what_may_be_known_outside(service: str, name: str) -> None:
    found = front_door.chosen(LOCATIONS, f"/{service}/{name}")

    assert (found.upstream, found.path) == (f"{service}-api", f"/{name}")


def test_an_upstream_that_moves_is_found_again() -> None:
    assert re.search(r"^    resolver \$\{NGINX_LOCAL_RESOLVERS\} valid=\d+s;$", NGINX, re.MULTILINE)
    assert all(f"proxy_pass http://{host}" not in NGINX for host in ("web", *(f"{name}-api" for name in SERVICES)))


def test_no_query_is_written_to_a_log() -> None:
    (form,) = re.findall(r"log_format without_query '([^']*)';", NGINX)

    assert re.findall(r"access_log (.*);", NGINX) == ["/dev/stdout without_query"]
    assert re.findall(r"error_log (.*);", NGINX) == ["/dev/stderr crit"]
    assert {"$request", "$args", "$query_string", "$request_uri", "$http_referer"}.isdisjoint(form.split())
