"""How often a process waits for its database: counted on the wire, by libpq's own trace of the real connections."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy
from psycopg import pq

from libs.db import Database


@dataclass
class Trips:
    """What was counted: `count` round trips."""

    count: int = 0


@contextlib.contextmanager
def counted_trips(database: Database) -> Iterator[Trips]:
    """Count the round trips of the connections that are taken from the pool inside.

    A trip ends with ReadyForQuery; one more is what is asked for by Flush inside a pipeline.
    """
    trips = Trips()
    with tempfile.TemporaryFile("w+b") as file:

        def trace(connection: Any, *_more: object) -> None:
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
        lines = file.read().decode(errors="replace").splitlines()
        trips.count = sum(_ends_a_trip(line) for line in lines)


def _ends_a_trip(line: str) -> bool:
    return "\tReadyForQuery" in line or (line.startswith("F") and "\tFlush" in line)
