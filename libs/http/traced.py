"""Each request is part of a trace: the caller's, or one of its own; its span says the route, and never the path."""

from __future__ import annotations

import os

from flask import Flask, Response, g, request
from opentelemetry import context, propagate, trace
from opentelemetry.trace import SpanKind, Status, StatusCode

from libs.http.limits import HEALTH
from libs.http.measured import known_method, known_route
from libs.tracing import TRACER, is_recording


def trace_requests(app: Flask, name: str) -> None:
    """Run each request of service `name` in a trace; to be called before anything that may refuse a request."""

    def begin() -> None:
        if request.endpoint in HEALTH:
            return
        parent = propagate.extract({"traceparent": _traceparent()})
        method, route = known_method(), known_route()
        g.span = TRACER.start_span(f"{method} {route}", context=parent, kind=SpanKind.SERVER)
        g.span.set_attributes({"http.request.method": method, "http.route": route, "timebank.service": name})
        g.trace = context.attach(trace.set_span_in_context(g.span, parent))

    def end(response: Response) -> Response:
        if "span" in g:
            g.span.set_attribute("http.response.status_code", response.status_code)
            if response.status_code >= 500:
                g.span.set_status(Status(StatusCode.ERROR))
        return response

    def leave(_error: BaseException | None) -> None:
        if "trace" in g:
            context.detach(g.pop("trace"))
            g.pop("span").end()

    app.before_request(begin)
    app.after_request(end)
    app.teardown_request(leave)


def _traceparent() -> str:
    """Return the caller's W3C trace context; where nobody records, the beginning of a new one, which events carry."""
    given = request.headers.get("traceparent", "")
    if given or is_recording():
        return given
    return f"00-{os.urandom(16).hex()}-{os.urandom(8).hex()}-00"
