"""A member of a group must not lose a join that finished between two polls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class _FinishedJoin:
    """The result of a join, for the one way in which the coordinator awaits it."""

    is_done = False

    def __init__(self, assignment: bytes) -> None:
        self._assignment = assignment

    def add_callback(self, call: Callable[[bytes], object]) -> None:
        call(self._assignment)

    def add_errback(self, call: Callable[[BaseException], object]) -> None:
        """Nothing failed."""


def keep_finished_join(consumer: Any) -> None:
    """Let the next poll take up a join that finished after the last poll gave up waiting for it.

    kafka-python 3.0.12 takes a finished join for none at all (`join_group_async`: `_join_task.is_done`) and joins
    again, which makes every other member join again too: two members can go on like that and read nothing.
    """
    coordinator = consumer._coordinator
    join = coordinator._join_task
    if join is not None and join.is_done and join.succeeded():
        coordinator._join_task = _FinishedJoin(join.value)
