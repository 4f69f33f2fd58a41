"""What makes the demo city: a process for the people of each district, so that every processor helps."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import defaultdict
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import Any

from libs.memory import tuned_gc
from services.embedded.children import die_with_parent
from services.embedded.city.api_client import CityError

Actors = Sequence[object]
"""Objects whose methods are the acts; the first that has an act does it."""


class Workers:
    """One process (a worker) or several; what one worker is given is done in its order."""

    def __init__(self, make: Callable[[], Actors], *, workers: int, log: Callable[[], int]) -> None:
        """Fork now: `make` gives each worker its actors and connections; what a worker says goes to `log`."""
        self._workers = [_Worker(make, log) for _ in range(workers)]

    def each(self, act: str, items: Sequence[Any], *, worker_of: Callable[[Any], int]) -> list[Any]:
        """Do one act with every item; return what it gave for each, in the order of the items.

        Raises:
            CityError: an act was refused, or a process ended.
        """
        numbers: dict[int, list[int]] = defaultdict(list)
        for number, one in enumerate(items):
            numbers[worker_of(one) % len(self._workers)].append(number)
        for worker, mine in numbers.items():
            self._workers[worker].begin(act, [items[number] for number in mine])
        results: dict[int, Any] = {}
        for worker, mine in numbers.items():
            results.update(zip(mine, self._workers[worker].finish(), strict=True))
        return [results[number] for number in range(len(items))]

    def end(self) -> None:
        """Let the processes end."""
        for worker in self._workers:
            worker.end()


class _Worker:
    def __init__(self, make: Callable[[], Actors], log: Callable[[], int]) -> None:
        context = multiprocessing.get_context("fork")
        self._pipe, far = context.Pipe()
        self._process = context.Process(target=_work, args=(make, far, log, os.getpid()), daemon=True)
        self._process.start()
        far.close()

    def begin(self, act: str, items: list[Any]) -> None:
        self._pipe.send((act, items))

    def finish(self) -> list[Any]:
        try:
            error, results = self._pipe.recv()
        except EOFError as ended:
            raise CityError("a process that makes the city ended") from ended
        if error:
            raise CityError(error)
        return list(results)

    def end(self) -> None:
        self._pipe.send(None)
        self._process.join()


def _work(make: Callable[[], Actors], pipe: Connection, log: Callable[[], int], parent: int) -> None:
    die_with_parent(parent)
    descriptor = log()
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the supervisor, which ends us.
    tuned_gc()
    actors = make()
    while (asked := pipe.recv()) is not None:
        act, items = asked
        does = next(getattr(actor, act) for actor in actors if hasattr(actor, act))
        try:
            pipe.send(("", [does(one) for one in items]))
        except Exception as error:  # noqa: BLE001 - the builder tells it, whatever it was
            pipe.send((f"{type(error).__name__}: {error}", []))
