"""Carries a request to the public API: over the network, or straight to the WSGI application of the same process."""

from __future__ import annotations

import contextvars
import json
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode
from wsgiref.types import WSGIApplication

import urllib3
from werkzeug.test import EnvironBuilder, run_wsgi_app

from libs.tracing import carried

CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 12.0
COSTLY_SECONDS = 30.0
"""How long to wait for what is worked on apart from other requests."""
POOL_SIZE = 24
ANSWER_BYTES_MAX = 8 * 1024 * 1024


class ServiceAwayError(Exception):
    """The service did not answer, or said that it cannot now."""


@dataclass(frozen=True)
class ApiRequest:
    """One request as it is sent."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    address: str = ""
    """Where the person is who looks at the page: limits count them, not us."""
    seconds: float = ANSWER_SECONDS
    """How long to wait for the answer."""

    @property
    def target(self) -> str:
        """Return the path with its query."""
        return f"{self.path}?{urlencode(self.query)}" if self.query else self.path


@dataclass(frozen=True)
class ApiAnswer:
    """One answer as it came."""

    status: int
    headers: dict[str, str]
    body: bytes

    def document(self) -> Any:
        """Return the JSON of the answer; nothing when it has none."""
        try:
            return json.loads(self.body) if self.body else None
        except ValueError:
            return None


class Transport(Protocol):
    """Sends requests of the pages."""

    def send(self, wanted: ApiRequest) -> ApiAnswer:
        """Return the answer.

        Raises:
            ServiceAwayError: there is none.
        """
        ...


class HttpTransport:
    """Over the network, to one address behind which all services are."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url.rstrip("/")
        self._pool = urllib3.PoolManager(maxsize=POOL_SIZE, block=False, retries=False)

    def send(self, wanted: ApiRequest) -> ApiAnswer:
        """Send a request once; nothing is sent again by itself, for the person decides that."""
        headers = carried(wanted.headers)
        if wanted.address:
            headers["X-Forwarded-For"] = wanted.address
        try:
            answer = self._pool.request(
                wanted.method,
                self._base_url + wanted.target,
                body=wanted.body or None,
                headers=headers,
                redirect=False,
                timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=wanted.seconds),
            )
        except urllib3.exceptions.HTTPError as error:
            raise ServiceAwayError(type(error).__name__) from error
        return ApiAnswer(answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.data)


class WsgiTransport:
    """Within one process: no thread of the server waits for another one of the same server."""

    def __init__(self, door: WSGIApplication) -> None:
        self._door = door

    def send(self, wanted: ApiRequest) -> ApiAnswer:
        """Ask the application in a context of its own, so that the page's request stays what it was."""
        return contextvars.copy_context().run(self._ask, wanted)

    def _ask(self, wanted: ApiRequest) -> ApiAnswer:
        builder = EnvironBuilder(
            path=wanted.path,
            query_string=urlencode(wanted.query),
            method=wanted.method,
            headers=list(carried(wanted.headers).items()),
            data=wanted.body or None,
        )
        environ = builder.get_environ()
        environ["REMOTE_ADDR"] = wanted.address or "127.0.0.1"
        content, status, headers = run_wsgi_app(self._door, environ, buffered=True)
        return ApiAnswer(
            int(status.split(" ", 1)[0]), {name.lower(): value for name, value in headers}, b"".join(content)
        )
