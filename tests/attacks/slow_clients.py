"""Connections that hold on and say little, and how long everybody else waits meanwhile.

`python -m tests.attacks.slow_clients --url http://127.0.0.1:8080 --seconds 60` measures a running platform of your own.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import click

IDLE, HALF_LINES, NO_BODIES, DEAF, SIGN_INS = 200, 60, 60, 30, 50
PATIENCE_SECONDS = 60
HALF_LINE = b"GET /v1/me HT"
NO_BODY = b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n{"
NO_CHUNK = b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{"
NO_HEADERS = b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "
KINDS: dict[str, tuple[int, bytes]] = {
    "idle": (IDLE, b""),
    "half lines": (HALF_LINES, HALF_LINE),
    "half headers": (HALF_LINES, NO_HEADERS),
    "no bodies": (NO_BODIES, NO_BODY),
    "no chunks": (NO_BODIES, NO_CHUNK),
}


class Held:
    """Connections that were opened, said something, and are held."""

    def __init__(self, port: int, count: int, words: bytes, *, receives: int | None = None) -> None:
        self._port, self._words, self._receives = port, words, receives
        self._sockets = [self._open() for _ in range(count)]

    def _open(self) -> socket.socket:
        held = socket.socket()
        if self._receives is not None:
            held.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._receives)
        held.connect(("127.0.0.1", self._port))
        held.sendall(self._words)
        return held

    def open(self) -> int:
        """How many of them the server still holds."""
        return len(self._sockets) - len(self._ended())

    def renew(self) -> None:
        """Open anew what the server has closed."""
        for ended in self._ended():
            self._sockets.remove(ended)
            ended.close()
            with contextlib.suppress(OSError):
                self._sockets.append(self._open())

    def close(self) -> None:
        """Let all go."""
        for held in self._sockets:
            held.close()

    def _ended(self) -> list[socket.socket]:
        poll = select.poll()
        by_number = {held.fileno(): held for held in self._sockets}
        for number in by_number:
            poll.register(number, select.POLLIN)
        return [by_number[number] for number, _ in poll.poll(0)] if self._receives is None else []


@contextlib.contextmanager
def held(port: int, count: int, words: bytes, *, receives: int | None = None) -> Iterator[Held]:
    """Give connections that are held, and let them go."""
    connections = Held(port, count, words, receives=receives)
    try:
        yield connections
    finally:
        connections.close()


def ask(port: int, path: str = "/", body: bytes | None = None) -> tuple[int, float]:
    """Ask for something on a connection of its own; return the status and the seconds it took."""
    status, _, seconds = _asked(port, path, body)
    return status, seconds


def _asked(port: int, path: str, body: bytes | None) -> tuple[int, float, float]:
    """Return the status, when to come again, and the seconds it took."""
    began = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    method, headers = ("POST", {"Content-Type": "application/json"}) if body else ("GET", {})
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, float(answer.headers.get("Retry-After", 0)), time.perf_counter() - began


def _sign_in_again_and_again(port: int, number: int, ended: threading.Event) -> None:
    while not ended.is_set():
        body = json.dumps({"login": f"nobody {number}", "password": "a wrong password"}).encode()
        with contextlib.suppress(OSError, http.client.HTTPException):
            _, again, _ = _asked(port, "/v1/sessions", body)
            ended.wait(again)


def _p99(port: int, path: str, seconds: float, meanwhile: Callable[[], object] = lambda: None) -> tuple[float, int]:
    took: list[float] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        took.append(ask(port, path)[1])
        if len(took) % 50 == 0:
            meanwhile()
    return sorted(took)[int(len(took) * 0.99)] * 1000, len(took)


@click.command()
@click.option("--url", default="http://127.0.0.1:8080", help="A platform of your own.")
@click.option("--path", default="/v1/policies/default", help="What everybody else asks for.")
@click.option("--seconds", default=60.0, help="How long each kind of attack lasts.")
def main(url: str, path: str, seconds: float) -> None:
    """Print others' p99 without and with each kind of slow client."""
    port = urlsplit(url).port or 80
    print(f"{'meanwhile':14} {'p99 ms':>8} {'answers':>8}")
    for _ in range(2):
        quiet, answers = _p99(port, path, max(seconds / 4, 2))
    print(f"{'nothing':14} {quiet:8.1f} {answers:8}")
    for name, (count, words) in KINDS.items():
        with held(port, count, words) as connections:
            p99, answers = _p99(port, path, seconds, connections.renew)
        print(f"{name:14} {p99:8.1f} {answers:8}  {p99 / quiet:.1f} times")
    ended = threading.Event()
    threads = [
        threading.Thread(target=_sign_in_again_and_again, args=(port, number, ended)) for number in range(SIGN_INS)
    ]
    for thread in threads:
        thread.start()
    p99, answers = _p99(port, path, seconds)
    ended.set()
    for thread in threads:
        thread.join()
    print(f"{'50 sign-ins':14} {p99:8.1f} {answers:8}  {p99 / quiet:.1f} times")


if __name__ == "__main__":
    main()
