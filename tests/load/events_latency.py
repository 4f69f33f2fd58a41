"""How long after an approval was answered its credit is seen through the API."""

from __future__ import annotations

import pathlib
import queue
import threading
import time

from libs.ids import new_id
from tests.faults.town import COORDINATOR, found_town
from tests.scenarios.client import Call, Client
from tests.scenarios.world import A
from tests.support.platform import Platform

THREADS = 8
LOOK_SECONDS = 0.005
LOOKS_MAX = 4000


def latencies_ms(
    folder: pathlib.Path, broker: str, *, pairs: int, days: int, per_second: int
) -> tuple[list[float], float]:
    """Approve at a steady pace; return the delays in ms, and the pace that was reached."""
    with Platform(folder, broker=broker) as platform:
        client = Client(platform.url)
        town = found_town(client, pairs=pairs, days=days)
        coordinator = town.world.login(COORDINATOR)
        due: queue.Queue[tuple[float, str]] = queue.Queue()
        delays: list[float] = []
        began = time.monotonic()
        for number, order in enumerate(town.served):
            due.put((began + number / per_second, order))

        def approve() -> None:
            mine = Client(platform.url, tokens=client.tokens)
            while True:
                try:
                    at, order = due.get_nowait()
                except queue.Empty:
                    return
                time.sleep(max(0.0, at - time.monotonic()))
                delays.append(_approve(mine, coordinator, order))

        threads = [threading.Thread(target=approve) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return delays, len(delays) / (time.monotonic() - began)


def _approve(client: Client, coordinator: str, order: str) -> float:
    status, document = client.send(Call(coordinator, "POST", f"/v1/orders/{order}/approval", {}, new_id()))
    assert status < 400, document
    answered = time.monotonic()
    for _ in range(LOOKS_MAX):
        if client.get(A, "/v1/transfers", order=order)["items"]:
            break
        time.sleep(LOOK_SECONDS)
    return (time.monotonic() - answered) * 1000
