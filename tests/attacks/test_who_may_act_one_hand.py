"""One member of staff on both sides of an order: it proves nothing, whichever way, and they sign nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from libs.contracts.events import orders as wire
from libs.db import Database
from services.orders.tests.harness import THERE, OrdersHarness, at, named, said
from tests.support.postgres import FreshDatabase

SERVED = "D1 09:00"


@pytest.fixture
def world(fresh_database: FreshDatabase) -> Iterator[OrdersHarness]:
    database = Database(fresh_database("orders").app)
    yield OrdersHarness(database)
    database.dispose()


def acting(label: str) -> dict[str, Any]:
    return {"acting_for": str(named(label)), "consent": said(), "why": "called"}


def code_read_by(world: OrdersHarness, who: str, order: str = "r1", of: str = "lan") -> str:
    """Let somebody read the code that opens at nine."""
    world.clock.instant = at(SERVED)
    path = f"/v1/orders/{named(order)}/door-code?acting_for={named(of)}&consent=phone"
    return str(world.call("GET", who, path).get_json()["code"])


def serve(world: OrdersHarness, hand_in: str, hand_out: str, *, code: str) -> None:
    """Let somebody check the volunteer in, and somebody out; `min` themself where it is `min`."""
    world.set_time(SERVED)
    assert world.act(hand_in, "r1", "check-in", {"code": code} | ({} if hand_in == "min" else acting("min"))) == ""
    world.set_time("D1 10:02")
    assert world.act(hand_out, "r1", "check-out", {} if hand_out == "min" else acting("min")) == ""


def evidence(world: OrdersHarness) -> tuple[list[str], str]:
    shown = world.order("r1")
    return shown["flags"], shown["volunteers"][0]["evidence_class"]


ONE_HAND = (["one_hand", "weak_evidence"], "attested")
CLEAN: tuple[list[str], str] = ([], "verified")


@pytest.mark.parametrize(("hand_in", "hand_out"), [("coord", "min"), ("min", "coord"), ("coord", "coord")])
def test_who_asked_and_checked_in_or_out_proves_nothing(world: OrdersHarness, hand_in: str, hand_out: str) -> None:
    world.redeem("r1", recipient="lan", start="D1 09:00", by="coord")
    world.act("min", "r1", "assignment")

    serve(world, hand_in, hand_out, code=world.code("r1", when=SERVED))

    assert evidence(world) == ONE_HAND


def test_who_read_the_code_out_and_checked_in_proves_nothing(world: OrdersHarness) -> None:
    world.redeem("r1", recipient="lan", start="D1 09:00")
    world.act("min", "r1", "assignment")

    serve(world, "coord", "min", code=code_read_by(world, "coord"))

    assert evidence(world) == ONE_HAND


def test_who_had_a_new_code_made_and_checked_in_proves_nothing(world: OrdersHarness) -> None:
    world.redeem("r1", recipient="lan", start="D1 09:00")
    world.act("min", "r1", "assignment")
    world.act("coord", "r1", "door-code", acting("lan"))

    serve(world, "coord", "min", code=world.code("r1", when=SERVED))

    assert evidence(world) == ONE_HAND


def test_who_checked_in_and_confirms_for_the_recipient_proves_nothing(world: OrdersHarness) -> None:
    world.redeem("r1", recipient="lan", start="D1 09:00")
    world.act("min", "r1", "assignment")
    serve(world, "coord", "min", code=world.code("r1", when=SERVED))
    before = evidence(world)

    world.act("coord", "r1", "confirmation", acting("lan"))

    assert (before, evidence(world)) == (CLEAN, ONE_HAND)


def test_a_volunteer_who_read_the_code_before_taking_proves_nothing(world: OrdersHarness) -> None:
    world.person("vc", roles=["volunteer", "coordinator@k1"])
    world.redeem("r1", recipient="lan", start="D1 09:00")
    code = code_read_by(world, "vc")
    world.act("vc", "r1", "assignment")
    world.set_time(SERVED)
    world.act("vc", "r1", "check-in", {"code": code})
    world.set_time("D1 10:02")
    world.act("vc", "r1", "check-out")

    assert evidence(world) == ONE_HAND


def test_a_call_back_does_not_make_one_hand_two(world: OrdersHarness) -> None:
    world.redeem("r1", recipient="lan", start="D1 09:00", by="coord")
    world.act("min", "r1", "assignment")
    world.set_time(SERVED)
    home = {"place": {"latitude": "31.230000", "longitude": "121.470000"}}
    world.act("coord", "r1", "check-in", home | acting("min"))
    world.set_time("D1 10:02")
    world.act("min", "r1", "check-out")

    assert world.act("op", "r1", "call-back", THERE) == ""
    assert evidence(world) == ONE_HAND


def test_two_hands_are_as_good_as_they_were(world: OrdersHarness) -> None:
    world.redeem("r1", recipient="lan", start="D1 09:00", by="coord")
    world.act("min", "r1", "assignment")

    serve(world, "coord_b", "coord_b", code=code_read_by(world, "op"))

    assert evidence(world) == CLEAN


def test_who_checked_in_or_out_for_the_volunteer_signs_nowhere(world: OrdersHarness) -> None:
    world.person("both", roles=["coordinator@k1", "checker@s1"])
    world.person("other", roles=["coordinator@k1", "checker@s1"])
    world.redeem("r1", recipient="lan", start="D1 09:00")
    world.act("min", "r1", "assignment")
    serve(world, "both", "other", code=world.code("r1", when=SERVED))
    world.act("lan", "r1", "confirmation")
    many = {"orders": [str(named("r1"))]}

    refused = [world.act(who, "r1", "approval") for who in ("both", "other")]
    (skipped,) = world.call("POST", "both", "/v1/approvals", many).get_json()["items"]
    world.act("lan", "r1", "dispute", {"says_minutes": 30})
    refused += [world.act(who, "r1", "decision", {"minutes": 30, "why": "so"}) for who in ("both", "other")]

    assert refused == ["maker_is_checker"] * 4
    assert skipped["code"] == "maker_is_checker"
    assert world.act("check", "r1", "decision", {"minutes": 30, "why": "so"}) == ""


def test_who_checked_in_for_the_volunteer_is_not_the_second_check_either(world: OrdersHarness) -> None:
    world.person("both", roles=["coordinator@k1", "checker@s1"])
    world.redeem("r1", recipient="lan", start="D1 09:00", by="both")
    world.act("min", "r1", "assignment")
    serve(world, "both", "min", code=world.code("r1", when=SERVED))
    world.act("lan", "r1", "confirmation")
    world.act("coord", "r1", "approval")

    assert [world.act(who, "r1", "second-check", {"ok": True}) for who in ("both", "check")] == ["maker_is_checker", ""]
    (approved,) = world.said(wire.HoursApproved)
    assert approved.hours[0].evidence_class == "attested"
