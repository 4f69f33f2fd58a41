"""/livez, /readyz and /metrics for a process that serves no API."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from wsgiref.types import StartResponse, WSGIEnvironment

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

Probe = Callable[[], str | None]


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002, ARG002 - the name is the base class's
        return


def serve_health(host: str, port: int, probes: Mapping[str, Probe]) -> WSGIServer:
    """Answer in a thread of its own; each probe returns None, or words that say what is wrong."""
    server = make_server(host, port, health_app(probes), handler_class=_Silent)
    threading.Thread(target=server.serve_forever, name="health", daemon=True).start()
    return server


def health_app(probes: Mapping[str, Probe]) -> Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]:
    """Return the WSGI application of the three paths."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        status, content_type, body = _answer(environ["PATH_INFO"], probes)
        start_response(status, [("Content-Type", content_type), ("Content-Length", str(len(body)))])
        return [body]

    return answer


def _answer(path: str, probes: Mapping[str, Probe]) -> tuple[str, str, bytes]:
    if path == "/livez":
        return "200 OK", "application/json", b'{"status": "alive"}'
    if path == "/metrics":
        return "200 OK", CONTENT_TYPE_LATEST, generate_latest()
    if path == "/readyz":
        wrong = {name: words for name, probe in probes.items() if (words := probe())}
        body = json.dumps({"status": "not ready" if wrong else "ready", "problems": wrong}).encode()
        return "503 Service Unavailable" if wrong else "200 OK", "application/json", body
    return "404 Not Found", "application/json", b"{}"
