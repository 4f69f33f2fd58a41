"""/livez, /readyz and /metrics. Outside, only whether a process lives and is ready; what is wrong is told inside.

A process that serves an API listens on a second port for that, which no front door leads to; one that serves none has
no other port.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import ServerHandler, WSGIRequestHandler, WSGIServer, make_server
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from prometheus_client import CONTENT_TYPE_LATEST

from libs.clock import monotonic
from libs.metrics import Gauge, exposition
from libs.metrics.certificates import show_certificates

KEPT_SECONDS = 0.5
ASKED_SECONDS_MAX = 1.0
FIRST = "database"
Probe = Callable[[], str | None]
Report = Callable[[], Mapping[str, Any]]
ServerHandler.server_software = ""  # No answer names the server.
_READY = Gauge("ready", "1 while the process does its part, 0 while something is wrong or does not answer")


class _Threads(ThreadingMixIn, WSGIServer):
    """Whoever asks whether the process lives does not wait for whoever asks whether it is ready."""

    daemon_threads = True


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002, ARG002 - the name is the base class's
        return


class Readiness:
    """Asks every probe how it is, at most once in KEPT_SECONDS however many want to know."""

    def __init__(self, probes: Mapping[str, Probe]) -> None:
        """Each probe returns None, or words that say what is wrong; without the database no other is asked."""
        self._probes = probes
        self._lock = threading.Lock()
        self._asked_at = float("-inf")
        self._wrong: dict[str, str] = {}

    def report(self) -> dict[str, Any]:
        """Return {"status": ready|not ready, "problems": {name: words}}."""
        with self._lock:
            if monotonic() - self._asked_at > KEPT_SECONDS:
                self._wrong = self._ask()
                self._asked_at = monotonic()
            return {"status": "not ready" if self._wrong else "ready", "problems": dict(self._wrong)}

    def forget(self) -> None:
        """Ask anew at the next call."""
        self._asked_at = float("-inf")

    def _ask(self) -> dict[str, str]:
        first = {name: probe for name, probe in self._probes.items() if name == FIRST}
        for probes in (first, {name: probe for name, probe in self._probes.items() if name != FIRST}):
            wrong = {name: words for name, probe in probes.items() if (words := probe())}
            if wrong:
                return wrong
        return {}


class Doors:
    """Two ports of one server: what comes in by the inner one is answered by another application."""

    def __init__(self, outside: WSGIApplication, inside: WSGIApplication, *, inside_port: int) -> None:
        self._outside, self._inside, self._port = outside, inside, str(inside_port)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer; the server says by which port a request came, whatever its headers say."""
        app = self._inside if environ["SERVER_PORT"] == self._port else self._outside
        return app(environ, start_response)


class TellsHealth:
    """Says at the outside of an application only whether it lives and is ready."""

    def __init__(self, app: WSGIApplication, report: Report) -> None:
        self._app, self._report = app, report

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer /livez, which asks nobody, and /readyz; let everything else through."""
        path = environ.get("PATH_INFO")
        if path not in ("/livez", "/readyz"):
            return self._app(environ, start_response)
        status = "alive" if path == "/livez" else str(self._report()["status"])
        body = json.dumps({"status": status}).encode()
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        line = "503 Service Unavailable" if status == "not ready" else "200 OK"
        start_response(line, [*headers, ("Cache-Control", "no-store")])
        return [body]


def serve_health(host: str, port: int, probes: Mapping[str, Probe]) -> WSGIServer:
    """Answer in a thread of its own."""
    server = make_server(host, port, health_app(Readiness(probes).report), server_class=_Threads, handler_class=_Silent)
    threading.Thread(target=server.serve_forever, name="health", daemon=True).start()
    return server


def health_app(report: Report) -> WSGIApplication:
    """Return the WSGI application of the three paths, for the inside."""
    asking = _Asking(report)

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        status, content_type, body = _answer(environ["PATH_INFO"], asking)
        headers = [("Content-Type", content_type), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
        start_response(status, headers)
        return [body]

    return answer


class _Asking:
    """Asks whether the process is ready, for who cannot wait until a database that hangs answers."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._is_ready = False

    def is_ready(self) -> bool:
        """Tell whether it said so within ASKED_SECONDS_MAX."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._ask, name="asking", daemon=True)
                self._thread.start()
            thread = self._thread
        thread.join(ASKED_SECONDS_MAX)
        return self._is_ready and not thread.is_alive()

    def _ask(self) -> None:
        self._is_ready = self.report()["status"] == "ready"


def _answer(path: str, asking: _Asking) -> tuple[str, str, bytes]:
    if path == "/livez":
        return "200 OK", "application/json", b'{"status": "alive"}'
    if path == "/metrics":
        _READY.set(to=int(asking.is_ready()))
        show_certificates()
        return "200 OK", CONTENT_TYPE_LATEST, exposition()
    if path == "/readyz":
        report = asking.report()
        status = "200 OK" if report["status"] == "ready" else "503 Service Unavailable"
        return status, "application/json", json.dumps(report, ensure_ascii=False).encode()
    return "404 Not Found", "application/json", b"{}"
