"""The facts of a decision, read in one trip to the database: each store says what to ask, and keeps what came back.

What was gathered is found by the same functions that would otherwise read it one by one, until the transaction ends.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection

from libs.db.driver import pipelined
from libs.db.prepared import Prepared

Rows = list[dict[str, Any]]
Remember = Callable[[Connection, Rows], None]
Ask = Callable[[Connection], Callable[[], None]]
"""Sends its statement inside a pipeline, and returns what remembers the rows when they are there."""


def ask(statement: Prepared, terms: Mapping[str, Any], remember: Remember) -> Ask:
    """Return what asks a statement, and lets its rows be remembered."""

    def send(connection: Connection) -> Callable[[], None]:
        cursor = statement.send(connection, terms)
        return lambda: remember(connection, cursor.fetchall())

    return send


def gather(connection: Connection, *asks: Ask) -> None:
    """Ask everything in one trip, in this order: locks come first."""
    with pipelined(connection):
        remembers = [ask(connection) for ask in asks]
    for remember in remembers:
        remember()
