"""`Prefer: wait=N`: after the commit, wait a little for a decision that comes by event; one watcher per process."""

import re
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, TimeoutError as FutureTimeoutError
from uuid import UUID

from flask import request

from libs.logs import get_logger

WAITERS_MAX = 8
"""In a process, of whatever service: each holds one of its threads."""
WAIT_MAX_SECONDS = 10
POLL_SECONDS = 0.01
_places = threading.BoundedSemaphore(WAITERS_MAX)
Found = Mapping[UUID, dict[str, object]]


def wait_asked() -> int:
    """Return the seconds that the caller prefers to wait, 0 to WAIT_MAX_SECONDS."""
    match = re.search(r"\bwait=(\d{1,3})\b", request.headers.get("Prefer", ""))
    return min(int(match[1]), WAIT_MAX_SECONDS) if match else 0


class Waiters:
    """Waits for rows to be decided. `decided(ids)` returns those of the ids that are, asked by one thread for all."""

    def __init__(self, decided: Callable[[Iterable[UUID]], Found]) -> None:
        self._decided = decided
        self._futures: dict[UUID, list[Future[dict[str, object]]]] = {}
        self._lock = threading.Condition()
        self._thread: threading.Thread | None = None

    def wait(self, identity: UUID, *, seconds: int) -> dict[str, object] | None:
        """Return the decided row, or None when it is not decided in time or too many wait already."""
        if seconds <= 0 or not _places.acquire(blocking=False):
            return None
        try:
            return self._wait(identity, seconds)
        finally:
            _places.release()

    def _wait(self, identity: UUID, seconds: int) -> dict[str, object] | None:
        future: Future[dict[str, object]] = Future()
        with self._lock:
            self._futures.setdefault(identity, []).append(future)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._watch, name="waiters", daemon=True)
                self._thread.start()
            self._lock.notify_all()
        try:
            return future.result(timeout=seconds)
        except FutureTimeoutError:
            return None
        finally:
            self._forget(identity, future)

    def _forget(self, identity: UUID, future: Future[dict[str, object]]) -> None:
        with self._lock:
            futures = self._futures.get(identity, [])
            if future in futures:
                futures.remove(future)
            if not futures:
                self._futures.pop(identity, None)

    def _watch(self) -> None:
        while True:
            with self._lock:
                while not self._futures:
                    self._lock.wait()
                wanted = list(self._futures)
            try:
                found = self._decided(wanted)
            except Exception as error:  # noqa: BLE001 - the waiter falls back to 202; the watcher must live on
                get_logger().warning("wait_poll_failed", error=type(error).__name__)
                found = {}
            with self._lock:
                for identity, row in found.items():
                    for future in self._futures.pop(identity, []):
                        future.set_result(row)
                self._lock.wait(POLL_SECONDS)
