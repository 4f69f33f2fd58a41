"""How often a process waits for its database: counted on the wire, by libpq's own trace of the real connections."""

from __future__ import annotations

import contextlib
import itertools
import os
import tempfile
from collections.abc import Iterator
from typing import Any

import sqlalchemy
from psycopg import pq

from libs.db import Database

_TAKEN = "a connection is taken"


@contextlib.contextmanager
def counted_trips(database: Database) -> Iterator[list[int]]:
    """Count the round trips of each use of a connection of the pool inside; the list is filled when this is left.

    A trip ends with ReadyForQuery, or with a Flush that asks for rows while a pipeline goes on.
    """
    trips: list[int] = []
    with tempfile.TemporaryFile("w+b") as file:

        def trace(connection: Any, *_more: object) -> None:
            os.write(file.fileno(), f"{_TAKEN}\n".encode())
            connection.pgconn.trace(file.fileno())
            connection.pgconn.set_trace_flags(pq.Trace.SUPPRESS_TIMESTAMPS)

        def stop(connection: Any, *_more: object) -> None:
            connection.pgconn.untrace()

        sqlalchemy.event.listen(database.engine, "checkout", trace)
        sqlalchemy.event.listen(database.engine, "checkin", stop, insert=True)
        try:
            yield trips
        finally:
            sqlalchemy.event.remove(database.engine, "checkout", trace)
            sqlalchemy.event.remove(database.engine, "checkin", stop)
        file.seek(0)
        uses = file.read().decode(errors="replace").split(_TAKEN)[1:]
        trips += [_trips_in(use.splitlines()) for use in uses]


def _trips_in(lines: list[str]) -> int:
    said = [line for line in lines if line.startswith(("F\t", "B\t"))]
    ready = sum("\tReadyForQuery" in line for line in said)
    return ready + sum("\tFlush" in line and "\tSync" not in before for before, line in itertools.pairwise(said))
