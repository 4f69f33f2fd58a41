"""How long after an approval was answered its credit is seen through the API, at a steady pace of approvals.

To look costs the platform as much as an approval does. So only each WATCHED-th approval is looked after: often enough
for a 99th percentile, too seldom to be the load that is measured.
"""

from __future__ import annotations

import pathlib
import queue
import threading
import time

from libs.ids import new_id
from tests.faults.town import COORDINATOR, found_town
from tests.scenarios.client import ApiCall, Client
from tests.scenarios.world import A
from tests.support.platform import Platform

THREADS = 16
WATCHED = 4
WARMING = 80
"""The first approvals open connections and fill caches; they come at the same pace and are not counted."""
LOOK_SECONDS = 0.005
LOOKS_MAX = 4000


class Approvals:
    """Approves what was served, each at its time."""

    def __init__(self, url: str, coordinator: str, tokens: dict[str, str]) -> None:
        self._url, self._coordinator, self._tokens = url, coordinator, tokens
        self._due: queue.SimpleQueue[tuple[float, int, str]] = queue.SimpleQueue()
        self._answered: list[float] = []  # Without the first ones, as the delays.
        self.delays_ms: list[float] = []
        self.failed: list[BaseException] = []

    def run(self, orders: list[str], *, per_second: int) -> float:
        """Approve at a pace; return the pace that was reached."""
        began = time.monotonic()
        for number, order in enumerate(orders):
            self._due.put((began + number / per_second, number, order))
        threads = [threading.Thread(target=self._approve_all) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.failed:
            raise self.failed[0]
        return len(self._answered) / (max(self._answered) - began - WARMING / per_second)

    def _approve_all(self) -> None:
        client = Client(self._url, tokens=self._tokens)
        try:
            while True:
                at, number, order = self._due.get_nowait()
                time.sleep(max(0.0, at - time.monotonic()))
                answered = self._approve(client, order)
                if number >= WARMING:
                    self._answered.append(answered)
                if number % WATCHED == 0:
                    delay_ms = self._watch(client, order, since=answered)
                    self.delays_ms += [delay_ms] if number >= WARMING else []
        except queue.Empty:
            return
        except BaseException as error:  # noqa: BLE001 - raised by who waits for this thread
            self.failed.append(error)

    def _approve(self, client: Client, order: str) -> float:
        call = ApiCall(self._coordinator, "POST", f"/v1/orders/{order}/approval", {}, new_id())
        status, document = client.send(call)
        assert status < 400, document
        return time.monotonic()

    def _watch(self, client: Client, order: str, *, since: float) -> float:
        for _ in range(LOOKS_MAX):
            if client.get(A, "/v1/transfers", order=order)["items"]:
                break
            time.sleep(LOOK_SECONDS)
        return (time.monotonic() - since) * 1000


def latencies_ms(
    folder: pathlib.Path, broker: str, *, pairs: int, days: int, per_second: int
) -> tuple[list[float], float]:
    """Approve at a steady pace; return the delays in ms, and the pace that was reached."""
    with Platform(folder, broker=broker) as platform:
        client = Client(platform.url)
        town = found_town(client, pairs=pairs, days=days)
        orders, coordinator = list(town.served), town.world.login(COORDINATOR)
        measured = Approvals(platform.url, coordinator, client.tokens)
        pace = measured.run(orders, per_second=per_second)
        return measured.delays_ms, pace
