"""Post commands in the caller's transaction, with the journal that this thread keeps between posts."""

from __future__ import annotations

import gc
import threading
from collections.abc import Sequence
from uuid import UUID

from libs.clock import Clock, to_microseconds
from libs.db import Connection, collect
from libs.tracing import end_in
from services.ledger import messages
from services.ledger.domain.postings import Command
from services.ledger.store.journal import COMMANDS_MAX, Journal, Posted

OBJECTS_BETWEEN_COLLECTIONS = 20_000


class Postings:
    """Posts for any thread; each has a journal of its own, because what a journal remembers is not shared."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        # A post makes thousands of small objects that live until it is committed, beside a large cache: looking for
        # cycles among them again and again costs a tenth of it, and there are none.
        gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS, *gc.get_threshold()[1:])
        self._of_thread = threading.local()

    def post(self, connection: Connection, commands: Sequence[Command]) -> list[Posted]:
        """Post commands in order; they are final when the transaction commits."""
        posted: list[Posted] = []
        for start in range(0, len(commands), COMMANDS_MAX):
            batch = commands[start : start + COMMANDS_MAX]
            posted += self._journal().post(connection, batch, now_us=self.now_us())
        end_in(UUID(bytes=row_id) for posting in posted for row_id in posting.row_ids())
        if commands:
            collect(connection, _wake_the_relay, None)
        return posted

    def now_us(self) -> int:
        """The platform's time in microseconds."""
        return to_microseconds(self.clock.now())

    def _journal(self) -> Journal:
        journal = getattr(self._of_thread, "journal", None)
        if journal is None:
            journal = self._of_thread.journal = Journal(messages.encode)
        assert isinstance(journal, Journal)
        return journal


def _wake_the_relay(connection: Connection, entries: list[None]) -> None:
    """Nothing is left to write: the journal is the outbox. That something was collected wakes the relay."""
    assert entries
    assert not connection.closed
