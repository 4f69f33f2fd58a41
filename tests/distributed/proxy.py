"""`python -m tests.distributed.proxy PORT HOST=URL …`: the front door, by the locations of docker/nginx.conf."""

from __future__ import annotations

import http.client
import sys
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.architecture import front_door

SECONDS_MAX = 60
NOT_PASSED_ON = {"connection", "transfer-encoding", "keep-alive", "content-length", "date", "server"}


class Proxy(BaseHTTPRequestHandler):
    """Answers one connection as nginx would."""

    protocol_version = "HTTP/1.1"
    upstreams: Mapping[str, str] = {}
    known = front_door.locations(front_door.read())

    def answer(self) -> None:
        """Answer, or pass on."""
        path, _, query = self.path.partition("?")
        location = front_door.chosen(self.known, path)
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if location.status:
            self._say(location.status, [("Content-Type", location.content_type)], location.body.encode())
            return
        asked = location.path or path
        try:
            self._pass_on(self.upstreams[location.upstream], f"{asked}?{query}" if query else asked, body)
        except OSError:
            self._say(502, [], b"")

    def __getattr__(self, name: str) -> Any:
        """Every method is answered alike."""
        if name.startswith("do_"):
            return self.answer
        raise AttributeError(name)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the library names it
        """Say nothing."""

    def _pass_on(self, upstream: str, path: str, body: bytes) -> None:
        address = urlsplit(upstream)
        connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=SECONDS_MAX)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in NOT_PASSED_ON}
        before = self.headers.get("X-Forwarded-For")
        headers["X-Forwarded-For"] = f"{before}, {self.client_address[0]}" if before else self.client_address[0]
        try:
            connection.request(self.command, path, body, headers)
            answer = connection.getresponse()
            self._say(answer.status, answer.getheaders(), answer.read())
        finally:
            connection.close()

    def _say(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in NOT_PASSED_ON:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def main(port: int, upstreams: Mapping[str, str]) -> None:
    """Serve until ended."""
    Proxy.upstreams = upstreams
    ThreadingHTTPServer(("127.0.0.1", port), Proxy).serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), dict(pair.split("=", 1) for pair in sys.argv[2:]))
