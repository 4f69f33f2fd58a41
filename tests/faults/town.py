"""A town for the load: elders with saved time, volunteers, staff, and help already given that waits for approval."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from libs.ids import new_id
from tests.faults.patience import settle
from tests.scenarios.client import ApiCall, Client, PlatformError
from tests.scenarios.story import CASES, Story, load_story, person_of
from tests.scenarios.world import World

MINUTES = 60
SAVED_MINUTES = 60_000
ORDERS_PER_DAY = 2
HOURS = ("09:00", "11:00")
POLICY = {"redeem": {"max_minutes_per_week": None}}
COORDINATOR = "coord"
DAYS_MAX = 2  # From the fifth visit of the same round length on, a second person must approve.


@dataclasses.dataclass(frozen=True)
class Pair:
    """An elder and the volunteer who helps her."""

    elder: str
    volunteer: str


@dataclasses.dataclass(frozen=True)
class Town:
    """The world of one run, and the orders that were served before the faults begin."""

    world: World
    pairs: Sequence[Pair]
    served: dict[str, Pair]


def found_town(client: Client, *, pairs: int, days: int) -> Town:
    """Register everybody through the public API and have every pair meet twice a day."""
    assert days <= DAYS_MAX
    people = [Pair(f"elder{number}", f"volunteer{number}") for number in range(pairs)]
    world = World(_story(people), client)
    world.prepare()
    served: dict[str, Pair] = {}
    for day in range(2, 2 + days):
        served.update(_meet(world, people, day))
    settle(client)
    return Town(world, people, served)


def _story(pairs: Sequence[Pair]) -> Story:
    base = load_story(next((CASES / "flow").glob("01-*.yaml")))
    people = {name: attributes for name, attributes in base.people.items() if name not in ("lan", "min")}
    for pair in pairs:
        people[pair.elder] = person_of({"roles": ["recipient"], "starts": {"earned": SAVED_MINUTES}})
        people[pair.volunteer] = person_of({"roles": ["volunteer"]})
    steps: list[dict[str, Any]] = [{"by": name} for name in people]
    return dataclasses.replace(base, people=people, steps=steps, policy=POLICY)


def _meet(world: World, pairs: Sequence[Pair], day: int) -> dict[str, Pair]:
    served: dict[str, Pair] = {}
    for hour in HOURS:
        start = world.story.instant(f"D{day} {hour}")
        orders = {str(new_id()): pair for pair in pairs}
        for order, pair in orders.items():
            _act(world, pair.elder, "PUT", f"/v1/redemptions/{order}", redemption_terms(world, pair, start.isoformat()))
        settle(world.client)
        for order, pair in orders.items():
            _act(world, pair.volunteer, "POST", f"/v1/orders/{order}/assignment", {})
        world.client.advance(start)
        for order, pair in orders.items():
            code = world.client.get(world.login(pair.elder), f"/v1/orders/{order}/door-code")["code"]
            _act(world, pair.volunteer, "POST", f"/v1/orders/{order}/check-in", {"code": code})
        world.client.advance(start + timedelta(minutes=MINUTES))
        for order, pair in orders.items():
            _act(world, pair.volunteer, "POST", f"/v1/orders/{order}/check-out", {})
            _act(world, pair.elder, "POST", f"/v1/orders/{order}/confirmation", {"rating": 5})
        served.update(orders)
    return served


def redemption_terms(world: World, pair: Pair, start: str) -> dict[str, Any]:
    """Return what an elder asks for."""
    return {"recipient_id": world.id_of(pair.elder), "service": "B1", "minutes": MINUTES, "start": start}


def _act(world: World, who: str, method: str, path: str, body: dict[str, Any]) -> None:
    call = ApiCall(world.login(who), method, path, body, new_id() if method == "POST" else None)
    status, document = world.client.send(call)
    if status >= 400:
        raise PlatformError(f"{method} {path}: {status} {document}")
