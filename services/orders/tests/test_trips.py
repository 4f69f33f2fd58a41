"""Each main command loads, decides and saves: four round trips to the database, the commit included."""

from __future__ import annotations

from typing import Any

from libs.ids import new_id
from services.orders.tests.harness import OrdersHarness, at, named
from tests.support.trips import counted_trips

TRIPS_MAX = 4


def trips(world: OrdersHarness, method: str, by: str, path: str, body: dict[str, Any]) -> int:
    """Do something; return the round trips of its transaction. Who calls was looked up before, in one of its own."""
    headers = {"Authorization": f"Bearer {world.token(by)}", "Idempotency-Key": str(new_id())}
    with counted_trips(world.database) as counted:
        response = world.app.test_client().open(path, method=method, headers=headers, json=body)
    assert response.status_code < 300, response.get_json()
    world.settle()
    *lookups, command = counted
    assert set(lookups) == {1}
    return command


def test_the_main_commands_go_to_the_database_four_times(world: OrdersHarness) -> None:
    world.place("coord", "o0", recipient="mei", start="D2 14:00")  # From then on this process has read the rules.
    order, other = (f"/v1/orders/{named(label)}" for label in ("o1", "r1"))
    ask = {"recipient_id": str(named("lan")), "service": "B1", "minutes": 60, "funding": "programme"}
    door = {"place": {"latitude": "31.230000", "longitude": "121.470000"}, "device": "phone-1"}
    counted = {
        "ask": trips(world, "PUT", "coord", order, ask | {"start": at("D1 09:00").isoformat()}),
        "take": trips(world, "POST", "min", f"{order}/assignment", {}),
    }
    world.set_time("D1 09:00")
    counted["check in"] = trips(world, "POST", "min", f"{order}/check-in", {"code": world.code("o1"), **door})
    world.set_time("D1 10:01")
    counted["check out"] = trips(world, "POST", "min", f"{order}/check-out", {})
    counted["confirm"] = trips(world, "POST", "lan", f"{order}/confirmation", {"rating": 5})
    counted["approve"] = trips(world, "POST", "coord_b", f"{order}/approval", {})
    world.redeem("r1", recipient="lan", start="D2 09:00")
    world.act("min", "r1", "assignment")
    world.serve("r1", by="min", start="D2 09:00", end="D2 10:01")
    world.act("lan", "r1", "dispute", {"says_minutes": 30})
    counted["decide"] = trips(world, "POST", "check", f"{other}/decision", {"minutes": 40, "why": "she says so"})

    assert {name: count for name, count in counted.items() if count > TRIPS_MAX} == {}
    assert world.order("o1")["flags"] == []


def test_a_bulk_approval_costs_as_many_trips_as_one(world: OrdersHarness) -> None:
    labels = ("r1", "r2", "r3")
    for hour, label in zip(("09", "12", "15"), labels, strict=True):
        world.redeem(label, recipient="lan", start=f"D2 {hour}:00")
        world.act("min", label, "assignment")
        world.serve(label, by="min", start=f"D2 {hour}:00", end=f"D2 {hour}:59")
        world.act("lan", label, "confirmation")

    one = trips(world, "POST", "coord", "/v1/approvals", {"orders": [str(named("r1"))]})
    two = trips(world, "POST", "coord", "/v1/approvals", {"orders": [str(named(label)) for label in labels[1:]]})

    assert {world.state(label) for label in labels} == {"settled"}
    assert (one, two) == (TRIPS_MAX, TRIPS_MAX)


def test_a_reversal_goes_to_the_database_four_times(world: OrdersHarness) -> None:
    world.redeem("r1", recipient="lan", start="D2 09:00")
    world.act("min", "r1", "assignment")
    world.serve("r1", by="min", start="D2 09:00", end="D2 10:01")
    world.act("lan", "r1", "confirmation")
    world.act("coord", "r1", "approval")
    path = f"/v1/orders/{named('r1')}/reversal/{named('v1')}"

    counted = {
        "propose": trips(world, "PUT", "coord", path, {"why": "false_hours"}),
        "decide": trips(world, "POST", "check", f"{path}/decision", {"ok": True}),
    }

    assert world.state("r1") == "reversed"
    assert {name: count for name, count in counted.items() if count > TRIPS_MAX} == {}
