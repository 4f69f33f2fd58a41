"""A database that keeps nothing: what is asked of it tells nothing, and is asked again."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from flask import Flask

from libs.db import Connection, Database
from libs.outbox import OutgoingEvent


class LostError(Exception):
    """The connection went before the commit."""


class LosingDatabase:
    """A database whose transactions are never kept; it notes which events they would have told."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.event_ids: list[UUID] = []

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Open a transaction that ends without its commit."""
        with self._database.transaction() as connection:
            yield connection
            for entries in connection.info["transaction_state"].collected.values():
                told = [entry[0] for entry in entries if isinstance(entry, tuple)]
                self.event_ids += [event.event_id for event in told if isinstance(event, OutgoingEvent)]
            raise LostError

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)


@contextlib.contextmanager
def losing(app: Flask) -> Iterator[LosingDatabase]:
    """Let nothing be kept of what a service is asked inside."""
    service = app.extensions["service"]
    database = LosingDatabase(service.database)
    app.extensions["service"] = dataclasses.replace(service, database=database)
    try:
        yield database
    finally:
        app.extensions["service"] = service
