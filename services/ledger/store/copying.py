"""Rows on their way: PostgreSQL inserts those that were sent while the rules decide about the next.

A binary COPY gathers a thousand rows before it touches an index: one that stays open has all that to do at its end. So
each `send` is a COPY of its own, and how it went is asked only before the next.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from types import TracebackType
from typing import Any

import psycopg
from psycopg.abc import PQGen
from psycopg.errors import error_from_result
from psycopg.generators import copy_to, execute, fetch_many, send
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.waiting import Wait

from services.ledger.store.rows import COPY_HEAD, COPY_TAIL

BYTES_AT_ONCE = 1 << 17


class RowCopy:
    """COPY BINARY into one table, in one transaction; nothing is said to the server where no row came.

    Until it is left its connection can ask nothing else. What it left with an error took all rows back with it.
    """

    def __init__(self, raw: psycopg.Connection[Any], statement: str) -> None:
        self._raw, self._server, self._statement = raw, raw.pgconn, statement.encode()
        self._is_under_way = False

    def send(self, rows: Iterable[bytes]) -> None:
        """Send packed rows on their way.

        Raises:
            psycopg.Error: those before them were refused, or the database is away.
        """
        packed = b"".join(rows)
        if packed:
            self._look()
            self._server.send_query(self._statement)
            _expect(ExecStatus.COPY_IN, self._raw.wait(execute(self._server)))
            self._raw.wait(self._whole(COPY_HEAD + packed + COPY_TAIL))
            self._is_under_way = True

    def _whole(self, packed: bytes) -> PQGen[None]:
        for at in range(0, len(packed), BYTES_AT_ONCE):
            yield from copy_to(self._server, packed[at : at + BYTES_AT_ONCE], flush=False)
        while self._server.put_copy_end() == 0:
            yield Wait.W
        yield from send(self._server)

    def _look(self) -> None:
        """Wait for what is under way, and see how it went."""
        if self._is_under_way:
            self._is_under_way = False
            _expect(ExecStatus.COMMAND_OK, self._raw.wait(fetch_many(self._server)))

    def __enter__(self) -> RowCopy:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is None:
            self._look()
        elif self._server.transaction_status == TransactionStatus.ACTIVE:
            self._give_up()

    def _give_up(self) -> None:
        """End what is under way, so that the connection can be told to roll back."""
        if not self._is_under_way:
            with contextlib.suppress(psycopg.Error):
                self._server.put_copy_end(b"given up")
        with contextlib.suppress(psycopg.Error):
            self._raw.wait(fetch_many(self._server))


def _expect(status: ExecStatus, results: list[Any]) -> None:
    for result in results:
        if result.status != status:
            raise error_from_result(result)
