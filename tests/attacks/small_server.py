"""A small server of the platform's own kind, with few threads: what its clients do to it is seen at once."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterable, Iterator
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from gunicorn.app.base import BaseApplication

from libs.http.worker import server_options

LARGE = 3_000_000
THREADS = 4
COSTLY = b"POST /costly "
COSTLY_SECONDS_MAX = 60
START_TRIES_MAX = 2_000

_let_go = threading.Event()


def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Say how much was sent; /large answers more than any socket holds, /costly when it is let go."""
    sent = len(environ["wsgi.input"].read())
    if environ["PATH_INFO"] == "/costly":
        _let_go.wait(COSTLY_SECONDS_MAX)
    if environ["PATH_INFO"] == "/let-go":
        _let_go.set()
    content = b"." * LARGE if environ["PATH_INFO"] == "/large" else str(sent).encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(content)))])
    return [content]


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    def __init__(self, listener: socket.socket, options: dict[str, Any]) -> None:
        self._options = {
            **server_options(costly=[COSTLY]),
            "bind": f"fd://{listener.fileno()}",
            "workers": 1,
            "threads": THREADS,
        }
        self._options |= {"keepalive": 30, "graceful_timeout": 2, **options}
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return answer


@contextlib.contextmanager
def serving(**options: Any) -> Iterator[int]:
    """Give the port of a running server."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = int(listener.getsockname()[1])
    pid = os.fork()
    if pid == 0:
        sys.argv = ["server"]
        with contextlib.suppress(BaseException):
            _Server(listener, options).run()
        os._exit(0)
    listener.close()
    try:
        _await(port)
        yield port
    finally:
        os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)


def _await(port: int) -> None:
    for _ in range(START_TRIES_MAX):
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/")
            connection.getresponse().read()
            connection.close()
            return
    raise AssertionError("the server does not answer")
