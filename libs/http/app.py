"""One way to make a service's Flask application: OpenAPI, problems, tokens, limits, health, metrics, request ids."""

import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from flask import Flask, Response, current_app, g, request
from flask_smorest import Blueprint
from flask_smorest.arguments import ArgumentsMixin
from marshmallow import RAISE
from sqlalchemy import Connection
from structlog.contextvars import bind_contextvars, unbind_contextvars

from libs.clock import Clock, monotonic
from libs.db import Database
from libs.db.migrations import Schema
from libs.http.actor import Directory
from libs.http.addresses import TrustedProxies, networks
from libs.http.auth import Verifier, know_callers, require_tokens
from libs.http.bodies import guard_bodies
from libs.http.framing import BODY_MAX_BYTES
from libs.http.headers import protect_answers
from libs.http.health import Readiness, health_app
from libs.http.limits import Rate, limit_bad_tokens, limit_rates
from libs.http.measured import measure_requests
from libs.http.openapi import TrueApi
from libs.http.problems import register_problems
from libs.http.queries import guard_queries
from libs.http.routes import LazyRule
from libs.http.traced import trace_requests
from libs.ids import new_id
from libs.logs import get_logger

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}", re.ASCII)
Check = Callable[[], str | None]
ViewT = TypeVar("ViewT", bound=type)
# A filter that is misspelt is refused like an unknown field of a body; it would be left out unsaid, and more be shown.
ArgumentsMixin.ARGUMENTS_PARSER.DEFAULT_UNKNOWN_BY_LOCATION["query"] = RAISE


@dataclass(frozen=True)
class Service:
    """What a request of this service may need; found at `current_app.extensions["service"]`.

    `directory` answers who a caller is now: a role or a suspension counts at the moment of the act.
    `migrations` make the schema without which the service is not ready.
    `checks` are what else /readyz asks: each returns None when all is well, or words that name what is wrong.
    """

    name: str
    database: Database
    clock: Clock
    directory: Directory
    migrations: Path
    checks: dict[str, Check] = field(default_factory=dict)
    parts: dict[str, object] = field(default_factory=dict)


def create_service_app(
    *,
    service: Service,
    blueprints: Sequence[Blueprint],
    verifier: Verifier,
    title: str,
    rate: Rate | None = None,
    trusted_proxies: str = "",
) -> Flask:
    """Return the service's application, with /livez, /readyz and /openapi.json.

    `trusted_proxies` are the addresses or networks, by commas, that are believed about where a request comes from.
    """
    app = Flask(service.name)
    app.url_rule_class = LazyRule
    app.config.update(
        API_TITLE=title,
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/",
        OPENAPI_JSON_PATH="openapi.json",
        MAX_CONTENT_LENGTH=BODY_MAX_BYTES,
        API_SPEC_OPTIONS={
            "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}},
            "security": [{"token": []}],
        },
    )
    app.wsgi_app = TrustedProxies(app.wsgi_app, networks(trusted_proxies))  # type: ignore[method-assign]  # Flask's way
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # the default provider has it
    app.extensions["service"] = service
    measure_requests(app, service.name)
    trace_requests(app, service.name)
    _name_requests(app, service.name)
    protect_answers(app)
    limit_bad_tokens(app, verifier)
    require_tokens(app, verifier)
    limit_rates(app, rate or Rate())
    know_callers(app, service.database, service.directory)
    guard_bodies(app)
    guard_queries(app)
    register_problems(app)
    api = TrueApi(app)
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
    _add_health(app, service)
    register_problems(app)
    return app


def reading() -> AbstractContextManager[Connection]:
    """Return a read-only transaction of the running request's service."""
    service: Service = current_app.extensions["service"]
    return service.database.reading()


def accepts(*content_types: str) -> Callable[[ViewT], ViewT]:
    """Mark a MethodView class that takes other content than JSON, such as an upload."""

    def mark(view: ViewT) -> ViewT:
        view.accepted_types = content_types  # type: ignore[attr-defined]  # a mark read by libs.http.bodies
        return view

    return mark


def _name_requests(app: Flask, name: str) -> None:
    def begin() -> None:
        g.began = monotonic()
        sent = request.headers.get("X-Request-Id", "")
        g.request_id = sent if _REQUEST_ID.fullmatch(sent) else str(new_id())
        bind_contextvars(request_id=g.request_id, service=name)

    def end(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.get("request_id", "")
        elapsed = monotonic() - g.get("began", monotonic())
        if request.path.startswith("/v1/"):
            milliseconds = int(elapsed * 1000)
            get_logger().info(
                "request", method=request.method, path=request.path, status=response.status_code, ms=milliseconds
            )
        unbind_contextvars("request_id")
        return response

    app.before_request(begin)
    app.after_request(end)


def _add_health(app: Flask, service: Service) -> None:
    """Say outside whether the service lives and is ready; what is wrong, and how much it does, is told inside."""
    schema = Schema(service.migrations)
    readiness = Readiness({"database": lambda: schema.problem(service.database), **service.checks})

    def live() -> dict[str, str]:
        return {"status": "alive"}

    def ready() -> tuple[dict[str, str], int]:
        status = str(readiness.report()["status"])
        return {"status": status}, 200 if status == "ready" else 503

    app.add_url_rule("/livez", "livez", live)
    app.add_url_rule("/readyz", "readyz", ready)
    app.extensions["readiness"] = readiness
    app.extensions["inside"] = health_app(readiness.report)
