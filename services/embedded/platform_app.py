"""What the whole platform answers for itself: health of all parts, the merged API document, and the demo's clock."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import Flask, Response, jsonify, request

from libs.errors import ConflictError, InvalidError
from libs.http.bodies import guard_bodies
from libs.http.fields import FIRST_YEAR, LAST_YEAR
from libs.http.headers import protect_answers
from libs.http.measured import measure_requests
from libs.http.problems import register_problems
from services.embedded.front_door import merged_openapi
from services.embedded.readiness import Health
from services.embedded.time_travel import Traveller

SETTLED_WAIT_SECONDS = 30.0


class ClockGoesBackError(ConflictError):
    """The clock never goes back."""

    now: str


class NotSettledError(ConflictError):
    """Events are still on their way."""

    waiting: Sequence[str]


class InstantMalformedError(InvalidError):
    """An RFC 3339 instant with its offset is needed."""

    given: object = None


@dataclasses.dataclass(frozen=True)
class PlatformParts:
    """What the platform's own answers are made of; `traveller` only where time may be moved."""

    services: Mapping[str, Flask]
    health: Health
    title: str
    traveller: Traveller | None


def create_app(parts: PlatformParts) -> Flask:
    """Return the application behind /readyz, /livez, /openapi.json and, with invented people only, /demo/."""
    app = Flask(__name__)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # the default provider has it
    document: list[dict[str, Any]] = []

    def openapi() -> Response:
        if not document:
            document.append(merged_openapi(parts.services, title=parts.title))
        return jsonify(document[0])

    def live() -> Response:
        return jsonify({"status": "alive"})

    def ready() -> tuple[Response, int]:
        status = parts.health.report()["status"]
        return jsonify({"status": status}), 200 if status == "ready" else 503

    measure_requests(app, "platform")
    app.add_url_rule("/openapi.json", "openapi", openapi)
    app.add_url_rule("/livez", "livez", live)
    app.add_url_rule("/readyz", "readyz", ready)
    if parts.traveller is not None:
        _add_demo(app, parts.traveller)
    protect_answers(app)
    guard_bodies(app)
    register_problems(app)
    return app


def _add_demo(app: Flask, traveller: Traveller) -> None:
    def answer_clock() -> Response:
        return jsonify({"now": traveller.now().isoformat(), "manual": traveller.stands_still()})

    def move_clock() -> Response:
        terms = request.get_json()
        if not isinstance(terms, dict):
            raise InstantMalformedError
        if "now" in terms:
            target = _instant(terms["now"])
            if target < traveller.now():
                raise ClockGoesBackError(now=traveller.now().isoformat())
            if not traveller.advance(target):
                raise NotSettledError(waiting=traveller.waiting())
        if terms.get("flow"):
            traveller.flow_on()
        return answer_clock()

    def settled() -> Response:
        since = request.args.get("since")
        instant = _instant(since) if since else None
        if not traveller.settle(SETTLED_WAIT_SECONDS):
            raise NotSettledError(waiting=traveller.waiting())
        return jsonify({"settled": True, "events": traveller.events_since(instant)})

    app.add_url_rule("/demo/clock", "demo_clock", answer_clock, methods=["GET"])
    app.add_url_rule("/demo/clock", "demo_clock_move", move_clock, methods=["PUT"])
    app.add_url_rule("/demo/settled", "demo_settled", settled, methods=["GET"])


def _instant(text: object) -> datetime:
    try:
        instant = datetime.fromisoformat(str(text).replace(" ", "+"))
    except ValueError as error:
        raise InstantMalformedError(given=text) from error
    if instant.tzinfo is None:
        raise InstantMalformedError(given=text)
    if not FIRST_YEAR - 1 <= instant.year <= LAST_YEAR:
        raise InstantMalformedError(given=text)
    return instant
