"""COPY that begins while the rows after the first are still being made, so that PostgreSQL takes them in meanwhile."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from types import TracebackType
from typing import Any

import psycopg

from services.ledger.store.rows import COPY_HEAD, COPY_TAIL


class RowCopy:
    """One COPY BINARY of a transaction; nothing is said to the server where no row came.

    While it is open its connection can ask nothing else. Left with an error, it takes all its rows back.
    """

    def __init__(self, cursor: psycopg.Cursor[Any], statement: str) -> None:
        self._cursor, self._statement = cursor, statement
        self._open = contextlib.ExitStack()
        self._copy: psycopg.Copy | None = None

    def send(self, rows: Iterable[bytes]) -> None:
        """Send packed rows on their way."""
        packed = b"".join(rows)
        if not packed:
            return
        if self._copy is None:
            self._copy = self._open.enter_context(self._cursor.copy(self._statement))
            packed = COPY_HEAD + packed
        self._copy.write(packed)

    def __enter__(self) -> RowCopy:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._copy is not None and error is None:
            self._copy.write(COPY_TAIL)
        self._open.__exit__(kind, error, traceback)
