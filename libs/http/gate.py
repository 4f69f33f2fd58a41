"""So many at once, a few more who wait briefly, and for all others a truthful `come again`."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from werkzeug.exceptions import TooManyRequests

AGAIN_SECONDS = 1


class Gate:
    """Bounds how many requests of one kind are worked on in a process, whatever they cost each."""

    def __init__(self, *, places: int, waiting_max: int, wait_seconds: float) -> None:
        self._places = threading.BoundedSemaphore(places)
        self._inside = threading.BoundedSemaphore(places + waiting_max)
        self._wait_seconds = wait_seconds

    @contextmanager
    def enter(self) -> Iterator[None]:
        """Have a place for a while.

        Raises:
            TooManyRequests: there is none, and enough others wait for one; or none became free in time.
        """
        if not self._inside.acquire(blocking=False):
            raise TooManyRequests(retry_after=AGAIN_SECONDS)
        try:
            if not self._places.acquire(timeout=self._wait_seconds):
                raise TooManyRequests(retry_after=AGAIN_SECONDS)
            try:
                yield
            finally:
                self._places.release()
        finally:
            self._inside.release()
