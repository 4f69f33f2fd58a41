"""The poster: one thread per process that posts for all API callers of all books.

While a post is in flight callers queue up, and the next post takes all of them; no timer. A caller waits for its
result.
"""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future
from typing import NamedTuple

from libs.clock import Clock
from libs.db import Database
from services.ledger.domain.postings import Command
from services.ledger.store.journal import Posted
from services.ledger.usecases.post import Postings

COMMANDS_AT_ONCE_MAX = 500
WAIT_SECONDS_MAX = 20.0
WAITING_MAX = 10_000


class _Asked(NamedTuple):
    command: Command
    result: Future[Posted]


class Poster:
    """Collects commands of many threads into batches; its thread starts with the first of them."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """`database` needs one connection that is the poster's alone: callers may hold all the others."""
        self._database = database
        self._postings = Postings(clock)
        self._asked: queue.SimpleQueue[_Asked] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def post(self, command: Command) -> Posted:
        """Post one command and wait; final when this returns.

        Raises:
            Exception: whatever kept the batch from being committed; the caller may ask again with the same id.
        """
        self._start()
        asked = _Asked(command, Future())
        self._asked.put(asked)
        return asked.result.result(timeout=WAIT_SECONDS_MAX)

    def _start(self) -> None:
        if self._thread is None:
            with self._lock:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="ledger-poster", daemon=True)
                    self._thread.start()

    def _run(self) -> None:
        while True:
            batch = [self._asked.get()]
            while len(batch) < COMMANDS_AT_ONCE_MAX and not self._asked.empty():
                batch.append(self._asked.get_nowait())
            self._post(batch)

    def _post(self, batch: list[_Asked]) -> None:
        try:
            with self._database.transaction() as connection:
                results = self._postings.post(connection, [asked.command for asked in batch])
        except Exception as error:  # noqa: BLE001 - every caller is told, whatever it was
            self._tell_or_split(batch, error)
            return
        for asked, result in zip(batch, results, strict=True):
            asked.result.set_result(result)

    def _tell_or_split(self, batch: list[_Asked], error: Exception) -> None:
        """A command that breaks its batch must not take its neighbours with it: they are posted one by one."""
        if len(batch) == 1:
            batch[0].result.set_exception(error)
            return
        for asked in batch:
            self._post([asked])
