"""Where somebody stood: told in one datum, and deleted when its days are over."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from services.orders.tests.devices import Device
from services.orders.tests.harness import OrdersHarness, named

HOME = {"latitude": "31.230000", "longitude": "121.470000"}
HOME_ON_A_CHINESE_MAP = {"latitude": "31.228051", "longitude": "121.474563", "datum": "gcj02"}


def places(world: OrdersHarness) -> tuple[int, int]:
    """Return how many coordinates of check-ins are kept, and of what devices signed."""
    counted = "SELECT (SELECT count(in_latitude_e6) FROM assignment), (SELECT count(latitude_e6) FROM door_act)"
    with world.database.reading() as connection:
        kept, signed = connection.execute(sa.text(counted)).one()
    return int(kept), int(signed)


def metres(world: OrdersHarness) -> int | None:
    with world.database.reading() as connection:
        distance: int | None = connection.scalar(sa.text("SELECT metres_from_home FROM assignment"))
    return distance


def settled(world: OrdersHarness) -> None:
    world.act("lan", "r1", "confirmation")
    assert world.act("coord", "r1", "approval") == ""
    world.act("check", "r1", "second-check", {"ok": True})
    assert world.state("r1") == "settled"


@pytest.fixture
def taken(world: OrdersHarness) -> OrdersHarness:
    world.policy({"retention": {"location_days": 30}})
    world.redeem("r1", recipient="lan", start="D1 09:00")
    assert world.act("min", "r1", "assignment") == ""
    return world


def test_coordinates_are_deleted_days_after_it_was_settled_and_the_distance_stays(taken: OrdersHarness) -> None:
    taken.serve("r1", by="min", start="D1 09:00", end="D1 10:05", place=HOME)
    taken.set_time("D4 09:00")
    settled(taken)

    taken.set_time("D34 08:59")
    before = places(taken)
    taken.set_time("D34 09:00")

    assert (before, places(taken), metres(taken)) == ((1, 0), (0, 0), 0)
    assert taken.state("r1") == "settled"


def test_they_stay_while_something_is_open(taken: OrdersHarness) -> None:
    taken.serve("r1", by="min", start="D1 09:00", end="D1 10:05", place=HOME)
    taken.set_time("D32 08:00")

    assert (places(taken), taken.state("r1")) == ((1, 0), "confirmed")
    settled(taken)
    taken.set_time("D80 08:00")
    assert places(taken) == (0, 0)


def test_what_a_device_signed_forgets_its_place_too_and_what_was_refused_never_kept_one(taken: OrdersHarness) -> None:
    device = Device(taken, "min").tell()
    code = taken.code("r1", when="D1 09:02")
    acts = [device.signed("check_in", "r1", "D1 09:02", code=code, place=HOME)]
    acts += [device.signed("check_in", "r1", "D1 09:03", place=HOME)]
    taken.set_time("D1 13:00")
    assert [result for result, _ in device.send(*acts)] == ["done", "refused"]
    before = places(taken)
    taken.set_time("D5 13:00")
    settled(taken)
    taken.set_time("D50 13:00")

    assert (before, places(taken)) == ((1, 1), (0, 0))


def test_a_place_of_a_chinese_map_is_turned_back_before_it_is_judged(taken: OrdersHarness) -> None:
    taken.set_time("D1 09:00")

    refused = taken.act("min", "r1", "check-in", {"place": HOME | {"datum": "bd09"}})
    done = taken.act("min", "r1", "check-in", {"place": HOME_ON_A_CHINESE_MAP})

    assert (refused, done) == ("invalid_fields", "")
    assert metres(taken) in range(6)  # And not five hundred.


def test_where_a_call_for_help_came_from_is_deleted_after_it_ended(taken: OrdersHarness) -> None:
    call = f"/v1/incidents/{named('i1')}"
    assert taken.call("PUT", "lan", call, {"person_id": str(named("lan")), "place": HOME}).status_code == 201
    assert taken.call("POST", "op", f"{call}/closing", {"outcome": "well"}).status_code == 200
    kept = []
    for day in ("D31 07:59", "D31 08:00"):
        taken.set_time(day)
        with taken.database.reading() as connection:
            kept.append(connection.scalar(sa.text("SELECT count(latitude_e6) FROM incident")))

    assert kept == [1, 0]
