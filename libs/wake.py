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

    def __init__(self, port: int = 0) -> None:
        """Listen on `port`, or on one the system chooses."""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((LOOPBACK, port))
        self._socket.setblocking(False)
        self.port = int(self._socket.getsockname()[1])

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


def waker(*ports: int) -> Callable[[], None]:
    """Return a function that wakes the listeners on these ports; it never blocks and never fails."""
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.setblocking(False)

    def wake() -> None:
        for port in ports:
            with contextlib.suppress(OSError):
                sender.sendto(b"!", (LOOPBACK, port))

    return wake
