"""The witness over HTTP: a small WSGI application, and a server of the standard library that runs it."""

from __future__ import annotations

import socketserver
from collections.abc import Callable, Iterable
from http import HTTPStatus
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from libs.clock import Clock, SystemClock
from libs.logs import get_logger
from services.witness.witness import TEXT_TYPE, RefusedCheckpointError, Witness

BODY_BYTES_MAX = 64 * 1024
REQUEST_SECONDS_MAX = 10
DEFAULT_NAME = "witness.example/timebank"

Answer = tuple[int, str, str]
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def create_app(witness: Witness) -> Application:
    """Return the WSGI application: POST /add-checkpoint, GET /vkey, /heads/<SHA-256 of the log's name>, /livez."""

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        status, body, content_type = _answer(witness, environ)
        encoded = body.encode()
        headers = [("Content-Type", content_type), ("Content-Length", str(len(encoded)))]
        start_response(f"{status} {HTTPStatus(status).phrase}", headers)
        return [encoded]

    return application


class Server:
    """A listening witness; `serve` answers until `stop` is called from another thread or a signal."""

    def __init__(
        self, folder: Path, port: int, *, name: str = DEFAULT_NAME, host: str = "127.0.0.1", clock: Clock | None = None
    ) -> None:
        """Listen on the port (0: any free one; see `port`)."""
        self.witness = Witness(folder, name=name, clock=clock or SystemClock())
        self._server = make_server(host, port, create_app(self.witness), _ThreadingServer, _QuietRequests)
        self.port = self._server.server_port

    def serve(self) -> None:
        """Answer requests until stopped."""
        get_logger().info("witness_started", vkey=str(self.witness.key), port=self.port)
        try:
            self._server.serve_forever(poll_interval=0.2)
        finally:
            self._server.server_close()
            self.witness.close()

    def stop(self) -> None:
        """Make `serve` return."""
        self._server.shutdown()


def run(folder: Path, port: int, *, name: str = DEFAULT_NAME, host: str = "127.0.0.1") -> None:
    """Run a witness in this process until it is ended."""
    Server(folder, port, name=name, host=host).serve()


def _answer(witness: Witness, environ: dict[str, Any]) -> Answer:
    method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")
    if path == "/add-checkpoint":
        return _add_checkpoint(witness, environ) if method == "POST" else (405, "use POST\n", TEXT_TYPE)
    if method != "GET":
        return 405, "use GET\n", TEXT_TYPE
    if path == "/livez":
        return 200, "alive\n", TEXT_TYPE
    if path == "/vkey":
        return 200, f"{witness.key}\n", TEXT_TYPE
    note = witness.head_note(path.removeprefix("/heads/"))
    return (200, note, TEXT_TYPE) if note is not None else (404, "not found\n", TEXT_TYPE)


def _add_checkpoint(witness: Witness, environ: dict[str, Any]) -> Answer:
    length = environ.get("CONTENT_LENGTH") or ""
    if not length.isdecimal():
        return 411, "the length is missing\n", TEXT_TYPE
    if int(length) > BODY_BYTES_MAX:
        return 413, "too large\n", TEXT_TYPE
    try:
        body = environ["wsgi.input"].read(int(length)).decode()
        return 200, witness.add_checkpoint(body), TEXT_TYPE
    except UnicodeDecodeError:
        return 400, "not UTF-8\n", TEXT_TYPE
    except RefusedCheckpointError as refused:
        return refused.status, refused.body, refused.content_type


class _ThreadingServer(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True
    allow_reuse_address = True


class _QuietRequests(WSGIRequestHandler):
    timeout = REQUEST_SECONDS_MAX

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing: every decision is logged where it is made."""
