"""Passwords: hashed with argon2id in a bounded number of places, checked as slowly where there is none."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import Argon2Error, InvalidHashError
from werkzeug.exceptions import TooManyRequests

MEMORY_KIB = 19_456
PASSES = 2
PLACES = 1
WAITING_MAX = 8
AGAIN_SECONDS = 1
NICENESS = 5
T = TypeVar("T")


class PlacesTakenError(TooManyRequests):
    """As many passwords are being hashed, and wait to be, as may at once: come again."""

    def __init__(self) -> None:
        super().__init__(retry_after=AGAIN_SECONDS)


class Passwords:
    """Hashes and checks; the cost is OWASP's minimum unless a demonstration lowers it.

    One password at a time is hashed in a process, by a thread that steps back behind those that answer everybody else.
    """

    def __init__(self, *, memory_kib: int = MEMORY_KIB, passes: int = PASSES) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1, type=Type.ID)
        self._places = _Places()

    def hash(self, password: str) -> str:
        """Return the hash to keep.

        Raises:
            PlacesTakenError
        """
        return self._places.run(lambda: self._hasher.hash(password))

    def hash_at_start(self, password: str) -> str:
        """Return the hash to keep, in this thread: before anybody is served, by a process that will fork."""
        return self._hasher.hash(password)

    def matches(self, password: str, kept: str | None) -> bool:
        """Tell whether a password is the one whose hash was kept; as slow without a hash as with one.

        Raises:
            PlacesTakenError
        """
        return self._places.run(lambda: self._matches(password, kept))

    def _matches(self, password: str, kept: str | None) -> bool:
        try:
            self._hasher.verify(kept or self._nobodys, password)
        except (Argon2Error, InvalidHashError):
            return False
        return kept is not None

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash("nobody's password")


class _Places:
    """A few threads, and a few who wait for one; made anew in each process, for a fork takes no threads along."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made_in = 0
        self._waiting = 0
        self._threads: ThreadPoolExecutor | None = None

    def run(self, act: Callable[[], T]) -> T:
        with self._lock:
            if self._threads is None or self._made_in != os.getpid():
                self._made_in, self._waiting = os.getpid(), 0
                self._threads = ThreadPoolExecutor(PLACES, "hashing", initializer=_step_back)
            if self._waiting >= PLACES + WAITING_MAX:
                raise PlacesTakenError
            self._waiting += 1
            done = self._threads.submit(act)
        try:
            return done.result()
        finally:
            with self._lock:
                self._waiting -= 1


def _step_back() -> None:
    """Let the threads that answer requests go first; where a thread has no priority of its own, nothing changes."""
    with contextlib.suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
