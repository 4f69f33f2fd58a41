"""Codes are made and sent apart from the request that asked: nobody learns from an answer's time who has one."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from datetime import datetime

from libs.logs import get_logger
from libs.telling import describe

WAITING_MAX = 100
Make = Callable[[str, datetime], None]


class CodeDesk:
    """Takes what was asked for, and serves one after the other in a thread of its own, begun with the first."""

    def __init__(self, make: Make) -> None:
        """`make` makes and sends a code for a name or number, if there is somebody to send one to."""
        self._make = make
        self._asked: queue.Queue[tuple[str, datetime]] = queue.Queue(WAITING_MAX)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def ask(self, login: str, now: datetime) -> bool:
        """Take a wish; False when too many wait, whoever they are for."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._serve, name="codes", daemon=True)
                self._thread.start()
        try:
            self._asked.put_nowait((login, now))
        except queue.Full:
            return False
        return True

    def settle(self) -> None:
        """Wait until all that was asked for is done."""
        self._asked.join()

    def _serve(self) -> None:
        while True:
            login, now = self._asked.get()
            try:
                self._make(login, now)
            except Exception as error:  # noqa: BLE001 - who asked asks again; the others must not wait for them
                get_logger().error("code_not_sent", error=describe(error))
            finally:
                self._asked.task_done()
