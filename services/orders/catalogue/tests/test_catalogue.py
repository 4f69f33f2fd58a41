"""The catalogue over HTTP."""

from __future__ import annotations

from services.orders.tests.harness import OrdersHarness


def test_the_catalogue_is_the_file(world: OrdersHarness) -> None:
    found = world.call("GET", "lan", "/v1/catalogue-items").get_json()["items"]

    assert len(found) == 22
    bathing = next(row for row in found if row["code"] == "A3")
    assert (bathing["persons"], bathing["max_grade"], bathing["certificate"]) == (2, "mild", "carer")
