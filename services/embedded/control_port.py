"""The supervisor's ear: a port on loopback, on which whoever knows the secret asks for something.

Anybody on the machine can connect, say nothing, say anything, or go away in the middle: nothing of it stops or delays
the supervisor, which never waits here.
"""

from __future__ import annotations

import contextlib
import hmac
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field

from libs.clock import monotonic

CONNECTIONS_MAX = 16
WORDS_BYTES_MAX = 256
SILENCE_SECONDS_MAX = 2.0
ANSWER_SECONDS_MAX = 2.0


@dataclass
class _Caller:
    """Somebody who connected, and what they have said so far."""

    connection: socket.socket
    deadline: float
    words: bytearray = field(default_factory=bytearray)


class ControlPort:
    """Listens for lines of `<secret> <verb>`."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)
        self._callers: dict[int, _Caller] = {}
        self.port = int(self._listener.getsockname()[1])

    def descriptors(self) -> list[int]:
        """Return what to wait for."""
        return [self._listener.fileno(), *self._callers]

    def heard(self, ready: list[int]) -> Iterator[tuple[str, socket.socket]]:
        """Yield the verbs that came with the secret, and the connections on which to answer; the others are closed.

        Who has been silent too long is waited for no more; not so who spoke while we were busy elsewhere.
        """
        self._forget_silent(ready)
        for number in ready:
            if number == self._listener.fileno():
                self._accept()
            elif number in self._callers and self._has_spoken(self._callers[number]):
                caller = self._callers.pop(number)
                with caller.connection:
                    line, ended, _ = bytes(caller.words).partition(b"\n")
                    secret, _, verb = line.strip().partition(b" ")
                    if ended and hmac.compare_digest(secret, self._secret):
                        yield verb.decode(errors="replace"), caller.connection

    def _forget_silent(self, ready: list[int]) -> None:
        now = monotonic()
        for number in [number for number, caller in self._callers.items() if caller.deadline < now]:
            if number not in ready:
                self._forget(number)

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return
        connection.setblocking(False)
        self._callers[connection.fileno()] = _Caller(connection, monotonic() + SILENCE_SECONDS_MAX)
        if len(self._callers) > CONNECTIONS_MAX:
            self._forget(next(iter(self._callers)))

    def _has_spoken(self, caller: _Caller) -> bool:
        """Take what has come; True when nothing more is waited for."""
        try:
            words = caller.connection.recv(WORDS_BYTES_MAX)
        except (BlockingIOError, InterruptedError):
            return False
        except OSError:
            words = b""
        caller.words += words
        return not words or b"\n" in caller.words or len(caller.words) >= WORDS_BYTES_MAX

    def _forget(self, number: int) -> None:
        self._callers.pop(number).connection.close()


def answer(connection: socket.socket, words: str) -> None:
    """Say something to who asked, if they still listen."""
    with contextlib.suppress(OSError):
        connection.settimeout(ANSWER_SECONDS_MAX)
        connection.sendall(f"{words}\n".encode())
