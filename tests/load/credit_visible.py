"""How soon the credit of 200 hours is there that are approved in one call: the whole platform, over HTTP.

What is measured ends with the look that finds the last volunteer's wallet credited; the looks are part of it. Fifty
volunteers have met their elders four times each.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from pathlib import Path

from libs.clock import monotonic
from libs.ids import new_id
from tests.faults.town import COORDINATOR, MINUTES, Town, found_town
from tests.scenarios.client import ApiCall, Client
from tests.scenarios.world import A
from tests.support.platform import Platform

PAIRS, DAYS = 50, 2
SECONDS_MAX = 120.0


def main() -> None:
    """Found a town, approve, look."""
    folder = Path(tempfile.mkdtemp(prefix="timebank-credit-"))
    try:
        with Platform(folder) as platform:
            answered, credited, approved = measure(Client(platform.url))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{approved} approved in one call of {answered:.2f} s; all credit seen {credited:.2f} s after its answer")


def measure(client: Client) -> tuple[float, float, int]:
    """Return the seconds of the call, those from its answer to the last credit seen, and how many it approved."""
    town = found_town(client, pairs=PAIRS, days=DAYS)
    call = ApiCall(town.world.login(COORDINATOR), "POST", "/v1/approvals", {"orders": list(town.served)}, new_id())
    began = monotonic()
    status, answer = client.send(call)
    answered = monotonic()
    assert status == 200, answer
    done = [row["order_id"] for row in answer["items"] if row["result"] == "approved"]
    _await_credit(client, town, Counter(town.served[order].volunteer for order in done))
    return answered - began, monotonic() - answered, len(done)


def _await_credit(client: Client, town: Town, expected: Counter[str]) -> None:
    """Look at one volunteer after another until each has all their credit."""
    end = monotonic() + SECONDS_MAX
    for volunteer, orders in expected.items():
        while _earned(client, town, volunteer) < MINUTES * orders:
            assert monotonic() < end, f"{volunteer} is not credited"


def _earned(client: Client, town: Town, volunteer: str) -> int:
    wallets = client.items(A, "/v1/wallets", person=town.world.id_of(volunteer))
    return sum(wallet["balance_minutes"] for wallet in wallets if wallet["class"] == "earned")


if __name__ == "__main__":
    main()
