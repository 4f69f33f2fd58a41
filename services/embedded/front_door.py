"""One port for everything: a request goes to the service that owns the first segment of its path."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask

WSGIApp = Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]
API_PATHS = ("/v1/", "/.well-known/")
OWN_PATHS = ("/readyz", "/livez", "/openapi.json", "/demo/")


class ApiDoor:
    """The services' APIs as one: what an app, or a page, asks."""

    def __init__(self, services: Mapping[str, Flask]) -> None:
        self._services = services
        self._owners = owners_of(services)

    def is_for(self, path: str) -> bool:
        """Tell whether a path is of the API."""
        return path.startswith(API_PATHS)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request by the service that owns it."""
        segments = environ.get("PATH_INFO", "/").split("/", 3)
        # A path that nobody owns gets its 404 as a problem document, like any other.
        owner = self._owners.get(segments[2], "accounts") if segments[1] == "v1" else "accounts"
        return self._services[owner](environ, start_response)


class FrontDoor:
    """The platform's WSGI application."""

    def __init__(
        self,
        services: Mapping[str, Flask],
        *,
        api: ApiDoor | None = None,
        platform: Flask,
        pages: Flask,
        inside: WSGIApp | None = None,
    ) -> None:
        """`platform` answers for the whole (health, merged documents, demo clock), `pages` is what people read.

        `inside` says, on a port of this machine only, what is wrong.
        """
        self.inside = inside
        self._services = services
        self._api = api or ApiDoor(services)
        self._platform = platform
        self._pages = pages

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        path = environ.get("PATH_INFO", "/")
        segments = path.split("/", 3)
        if self._api.is_for(path):
            return self._api(environ, start_response)
        if path.startswith(OWN_PATHS):
            return self._platform(environ, start_response)
        if len(segments) > 2 and segments[1] in self._services:
            environ["SCRIPT_NAME"] = f"/{segments[1]}"
            environ["PATH_INFO"] = path[len(segments[1]) + 1 :]
            return self._services[segments[1]](environ, start_response)
        return self._pages(environ, start_response)


def owners_of(services: Mapping[str, Flask]) -> dict[str, str]:
    """Return which service owns each first segment after /v1/; two never share one."""
    owners: dict[str, str] = {}
    for name, app in services.items():
        for rule in app.url_map.iter_rules():
            if rule.rule.startswith("/v1/"):
                segment = rule.rule.split("/")[2].split("<")[0]
                assert owners.setdefault(segment, name) == name, f"{segment} is served by {owners[segment]} and {name}"
    return owners


def merged_openapi(services: Mapping[str, Flask], *, title: str) -> dict[str, Any]:
    """Return one OpenAPI document of all services; schemas are named by their service, so that none hides another."""
    merged: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "v1"},
        "paths": {},
        "tags": [],
        "security": [{"token": []}],
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}},
    }
    for name, app in services.items():
        document = _named_apart(name, app)
        merged["paths"] |= document.get("paths", {})
        merged["tags"] += [tag for tag in document.get("tags", []) if tag not in merged["tags"]]
        for kind, parts in document.get("components", {}).items():
            if kind != "securitySchemes":
                merged["components"].setdefault(kind, {}).update({f"{name}.{key}": part for key, part in parts.items()})
    return merged


def _named_apart(name: str, app: Flask) -> dict[str, Any]:
    answer = app.test_client().get("/openapi.json")
    text = answer.get_data(as_text=True)
    for kind in ("schemas", "responses", "parameters", "headers"):
        text = text.replace(f'"#/components/{kind}/', f'"#/components/{kind}/{name}.')
    document: dict[str, Any] = json.loads(text)
    return document
