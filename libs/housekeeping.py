"""What a service does to its own tables now and then: forget what is old, make the partitions of the months ahead.

It stops nobody: what fails is logged, told as a metric, and tried again a minute later.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from libs.clock import monotonic
from libs.db import Database
from libs.http.forgetting import FORGOTTEN_AT_ONCE_MAX, forget_old_commands
from libs.logs import get_logger
from libs.metrics import Gauge
from libs.telling import describe

LOOK_SECONDS = 3600.0
FIRST_LOOK_SECONDS = 60.0
RETRY_SECONDS = 60.0
FAILS = Gauge("housekeeping_fails", "1 where old rows are not forgotten or partitions not made", ["service"])

Act = Callable[[Connection], int]
"""Forgets at most FORGOTTEN_AT_ONCE_MAX rows, in a transaction of its own; returns how many."""


class Housekeeping:
    """Runs a service's acts once an hour, and goes on at once while there is more."""

    def __init__(self, service: str, database: Database, acts: Sequence[Act] = ()) -> None:
        """Answers of commands are forgotten everywhere; `acts` are what the service has besides."""
        self._service, self._database = service, database
        self._acts = (forget_old_commands, *acts)
        self._due_at = monotonic() + FIRST_LOOK_SECONDS
        FAILS.set(service, to=0)

    def run_when_due(self) -> int:
        """Do one batch of each act; return how many rows were forgotten."""
        if monotonic() < self._due_at:
            return 0
        try:
            forgotten = [self._run(act) for act in self._acts]
        except SQLAlchemyError as error:
            get_logger().error("housekeeping_failed", service=self._service, error=describe(error))
            FAILS.set(self._service, to=1)
            self._due_at = monotonic() + RETRY_SECONDS
            return 0
        FAILS.set(self._service, to=0)
        if max(forgotten) < FORGOTTEN_AT_ONCE_MAX:
            self._due_at = monotonic() + LOOK_SECONDS
        return sum(forgotten)

    def _run(self, act: Act) -> int:
        with self._database.transaction() as connection:
            return act(connection)
