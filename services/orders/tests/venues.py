"""A venue as tests register it, and the code that is shown there."""

from __future__ import annotations

from typing import Any

from libs.ids import new_id
from services.orders.tests.harness import OrdersHarness, named, outcome

VENUE = {"unit_id": str(named("k1")), "kind": "canteen", "name": "和园食堂", "address": "和园路 1 号", "capacity": 40}
HERE = {"datum": "wgs84", "latitude": 31.23, "longitude": 121.47}


def register(world: OrdersHarness, by: str = "coord", venue: str = "v1", **others: Any) -> str:
    """Register a venue; return "" or the code of the refusal."""
    venue_id = named(venue) if venue else new_id()
    return outcome(world.call("PUT", by, f"/v1/venues/{venue_id}", VENUE | {"place": HERE} | others))


def code_of(world: OrdersHarness, by: str = "coord", venue: str = "v1") -> str:
    """Return the code that is shown at a venue now."""
    return str(world.call("GET", by, f"/v1/venues/{named(venue)}/station-code").get_json()["code"])
