"""The poster: one thread per process that posts for all API callers of all books.

While a post is in flight callers queue up, and the next post takes all of them; no timer. A caller waits for its
result.
"""

from __future__ import annotations

import queue
import threading
import time
from uuid import UUID

from libs.clock import Clock
from libs.db import Database
from libs.tracing import end_in
from services.ledger.domain.postings import Command
from services.ledger.store.journal import Posted
from services.ledger.usecases.post import Postings

COMMANDS_AT_ONCE_MAX = 500
WAIT_SECONDS_MAX = 20.0
WAITING_MAX = 10_000
IDLE_YIELDS = 2


class _Asked:
    """A command and whoever waits for it: a bare lock wakes a thread at a third of what a future costs."""

    __slots__ = ("_done", "_error", "_posted", "command")

    def __init__(self, command: Command) -> None:
        self.command = command
        self._done = threading.Lock()
        self._done.acquire()
        self._posted: Posted | None = None
        self._error: Exception | None = None

    def answer(self, posted: Posted) -> None:
        """Tell the caller what became of it."""
        self._posted = posted
        self._done.release()

    def fail(self, error: Exception) -> None:
        """Tell the caller why nothing did."""
        self._error = error
        self._done.release()

    def wait(self) -> Posted:
        """Wait for the poster's answer."""
        if not self._done.acquire(timeout=WAIT_SECONDS_MAX):
            raise TimeoutError(f"not posted within {WAIT_SECONDS_MAX} s")
        if self._error is not None:
            raise self._error
        assert self._posted is not None
        return self._posted


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
        asked = _Asked(command)
        self._asked.put(asked)
        posted = asked.wait()
        end_in(UUID(bytes=row_id) for row_id in posted.row_ids())  # The poster's own thread is in nobody's trace.
        return posted

    def _start(self) -> None:
        if self._thread is None:
            with self._lock:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="ledger-poster", daemon=True)
                    self._thread.start()

    def _run(self) -> None:
        while True:
            first = self._asked.get()
            self._let_callers_come()
            batch = [first]
            while len(batch) < COMMANDS_AT_ONCE_MAX and not self._asked.empty():
                batch.append(self._asked.get_nowait())
            self._post(batch)

    def _let_callers_come(self) -> None:
        """Callers that were answered together ask again together: give way to them while more of them come."""
        waiting = idle = 0
        for _ in range(COMMANDS_AT_ONCE_MAX):
            came = self._asked.qsize() - waiting
            waiting, idle = waiting + came, 0 if came else idle + 1
            if idle == IDLE_YIELDS:
                return
            time.sleep(0)

    def _post(self, batch: list[_Asked]) -> None:
        try:
            with self._database.transaction() as connection:
                results = self._postings.post(connection, [asked.command for asked in batch])
        except Exception as error:  # noqa: BLE001 - every caller is told, whatever it was
            self._tell_or_split(batch, error)
            return
        for asked, result in zip(batch, results, strict=True):
            asked.answer(result)

    def _tell_or_split(self, batch: list[_Asked], error: Exception) -> None:
        """A command that breaks its batch must not take its neighbours with it: they are posted one by one."""
        if len(batch) == 1:
            batch[0].fail(error)
            return
        for asked in batch:
            self._post([asked])
