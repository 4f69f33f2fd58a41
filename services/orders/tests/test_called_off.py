"""What was planned is called off, whatever the catalogue says meanwhile."""

from __future__ import annotations

from services.orders.activities.tests.test_activities import plan, sign_up
from services.orders.catalogue.tests.drafts import publish
from services.orders.tests.harness import OrdersHarness, named, outcome
from services.orders.tests.venues import register


def test_an_activity_is_called_off_though_its_service_has_ended(world: OrdersHarness) -> None:
    register(world)
    world.person("cadmin_b", roles=["city_admin@city"])
    assert plan(world, activity="a2", start="D5 09:00") == ""
    sign_up(world, "min", "s1", activity="a2")
    sign_up(world, "hua", "s2", activity="a2")
    publish(world, "last", effective="2026-03-03", until="2026-03-03")
    world.set_time("D3 09:00")
    assert plan(world, start="D5 09:00") == "service_not_found"

    path = f"/v1/activities/{named('a2')}/cancellation"
    assert outcome(world.call("POST", "coord", path, {"why": "停电"})) == ""
