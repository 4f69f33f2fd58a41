"""Wake a waiting loop of another process on this machine at once, by a datagram on loopback.

A datagram may be lost: whoever waits also looks by itself now and then. It carries nothing and needs no answer.
"""

from __future__ import annotations

import contextlib
import select
import socket
from collections.abc import Callable

DATAGRAMS_PER_WAKE_MAX = 1000
LOOPBACK = "127.0.0.1"


class WakeListener:
    """Waits for datagrams on one loopback port."""

    def __init__(self, bound: socket.socket | None = None) -> None:
        """Listen on a socket that `bind_wake_socket` gave, or on one of our own."""
        self._socket = bound or bind_wake_socket()
        self.port = port_of(self._socket)

    def wait(self, timeout_seconds: float) -> bool:
        """Return as soon as somebody wakes us (True), or when the time is over (False)."""
        ready, _, _ = select.select([self._socket], [], [], max(timeout_seconds, 0))
        if not ready:
            return False
        with contextlib.suppress(BlockingIOError):
            for _ in range(DATAGRAMS_PER_WAKE_MAX):
                self._socket.recv(16)
        return True

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()


def bind_wake_socket() -> socket.socket:
    """Return a socket on a loopback port that the system chooses: nobody else has it as long as this is open."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    bound.bind((LOOPBACK, 0))
    bound.setblocking(False)
    return bound


def port_of(bound: socket.socket) -> int:
    """Return the port that a socket is bound to."""
    return int(bound.getsockname()[1])


def waker(*ports: int) -> Callable[[], None]:
    """Return a function that wakes the listeners on these ports; it never blocks and never fails."""
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.setblocking(False)

    def wake() -> None:
        for port in ports:
            with contextlib.suppress(OSError):
                sender.sendto(b"!", (LOOPBACK, port))

    return wake
