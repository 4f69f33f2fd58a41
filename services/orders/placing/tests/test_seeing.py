"""What callers see of orders, and what is said to bad requests."""

from __future__ import annotations

from typing import Any

from services.orders.tests.harness import OrdersHarness, at, named


def test_what_a_caller_sees_of_an_order(world: OrdersHarness) -> None:
    world.redeem("r1", recipient="lan", start="D2 09:00")
    public = world.order("r1", by="hua")
    world.act("min", "r1", "assignment")

    seen = {
        who: world.call("GET", who, f"/v1/orders/{named('r1')}").status_code
        for who in ("hua", "coord_k2", "min", "lan", "audit")
    }

    assert seen == {"hua": 404, "coord_k2": 404, "min": 200, "lan": 200, "audit": 200}
    assert "recipient_id" not in public
    assert "flags" not in world.order("r1", by="min")
    assert "flags" in world.order("r1", by="coord")


def test_lists_show_what_concerns_the_caller(world: OrdersHarness) -> None:
    world.place("coord", "o1", recipient="lan", start="D2 09:00")
    world.place("coord", "o2", recipient="mei", start="D3 09:00")
    world.act("min", "o1", "assignment")

    def listed(by: str, query: str) -> Any:
        found = world.call("GET", by, f"/v1/orders?{query}").get_json()
        return [row["order_id"] for row in found["items"]] if "items" in found else found["code"]

    o1, o2 = str(named("o1")), str(named("o2"))
    assert listed("hua", "state=published") == [o2]
    assert listed("hua", f"state=published&unit={named('k2')}") == []
    assert listed("hua", "state=published&near=31.23,121.47") == [o2]
    assert listed("hua", "state=published&near=31.33,121.47") == []
    assert listed("min", f"person={named('min')}") == [o1]
    assert listed("min", f"person={named('lan')}") == "not_authorised"
    assert listed("min", "") == [o1]
    assert listed("lan", "state=taken") == [o1]
    assert listed("hua", "") == []
    assert listed("hua", f"unit={named('k1')}") == "not_authorised"
    assert listed("coord", "") == [o1, o2]
    assert listed("coord_k2", "") == []
    assert listed("coord_k2", f"unit={named('k1')}") == "not_authorised"
    first = world.call("GET", "coord", "/v1/orders?limit=1").get_json()
    assert [row["order_id"] for row in first["items"]] == [o1]
    assert listed("coord", f"limit=1&cursor={first['next']}") == [o2]


def test_bad_requests_get_a_problem_and_change_nothing(world: OrdersHarness) -> None:
    good = {
        "recipient_id": str(named("lan")),
        "service": "B1",
        "minutes": 60,
        "start": at("D2 09:00").isoformat(),
        "funding": "programme",
    }
    path = f"/v1/orders/{named('o1')}"
    bad = [
        {**good, "colour": "red"},
        {**good, "minutes": 60.5},
        {**good, "start": "tomorrow"},
        {**good, "recipient_id": "x"},
    ]

    answers = [world.call("PUT", "coord", path, body) for body in bad]

    assert {response.status_code for response in answers} == {422}
    assert {response.get_json()["code"] for response in answers} == {"invalid_fields"}
    assert world.call("PUT", "coord", "/v1/orders/nonsense", good).get_json()["code"] == "malformed_id"
    assert world.call("GET", "coord", f"/v1/queues/unknown?unit={named('k1')}").status_code == 404
    assert world.said() == []
