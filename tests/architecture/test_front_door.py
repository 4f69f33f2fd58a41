"""The front door of the cluster sends each request to the service that owns the first segment of its path."""

from __future__ import annotations

import importlib
import pkgutil
import re

import pytest
from flask import Blueprint, Flask

from tests.architecture.deployment import SERVICES
from tests.architecture.tree import ROOT

NGINX = (ROOT / "docker" / "nginx.conf").read_text("utf-8")
LOCATION = re.compile(r"location ~ \^/v1/\(([a-z|-]+)\)\(/\|\$\) \{\s+proxy_pass http://([a-z]+)-api:8000;")


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


@pytest.mark.parametrize("service", SERVICES)
def test_every_resource_of_a_service_is_reached(service: str) -> None:
    routed = {owner: set(segments.split("|")) for segments, owner in LOCATION.findall(NGINX)}

    owned = _segments(service)

    assert owned
    assert owned - routed[service] == set()


def test_no_segment_is_routed_twice() -> None:
    segments = [segment for found, _ in LOCATION.findall(NGINX) for segment in found.split("|")]

    assert len(segments) == len(set(segments))


def test_no_query_is_written_to_a_log() -> None:
    (form,) = re.findall(r"log_format without_query '([^']*)';", NGINX)

    assert re.findall(r"access_log (.*);", NGINX) == ["/dev/stdout without_query"]
    assert re.findall(r"error_log (.*);", NGINX) == ["/dev/stderr crit"]
    assert {"$request", "$args", "$query_string", "$request_uri", "$http_referer"}.isdisjoint(form.split())
