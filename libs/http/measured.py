"""How many requests an application answered, how, and how long each took: by route, never by path."""

from __future__ import annotations

from flask import Flask, Response, g, request

from libs.clock import monotonic
from libs.metrics import Counter, Histogram

METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
NO_ROUTE = "none"
_REQUESTS = Counter("http_requests", "Requests answered", ["service", "method", "route", "status"])
_SECONDS = Histogram("http_request_seconds", "Time to answer", ["service", "method", "route", "status_class"])


def measure_requests(app: Flask, name: str) -> None:
    """Count what is answered from here on; to be called before anything that may refuse a request."""

    def begin() -> None:
        g.measured_from = monotonic()

    def end(response: Response) -> Response:
        seconds = monotonic() - g.get("measured_from", monotonic())
        labels = (name, known_method(), known_route())
        _REQUESTS.inc(*labels, str(response.status_code))
        _SECONDS.observe(*labels, f"{response.status_code // 100}xx", seconds=seconds)
        return response

    app.before_request(begin)
    app.after_request(end)


def known_method() -> str:
    """Return the method, or one word for all that callers invent: each name would be a series of its own for ever."""
    return request.method if request.method in METHODS else "other"


def known_route() -> str:
    """Return the route as it is declared, with the names of its parts: a path names persons, and there is no end."""
    return request.url_rule.rule if request.url_rule is not None else NO_ROUTE
