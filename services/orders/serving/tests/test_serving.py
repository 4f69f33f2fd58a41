"""At the door, the recipient's word, call-backs, and the clock."""

from __future__ import annotations

from typing import Any

import pytest

from libs.contracts.events import orders as wire
from services.orders.tests.harness import THERE, OrdersHarness, named, said

HOME = {"latitude": "31.230000", "longitude": "121.470000"}
FAR = {"latitude": "31.240000", "longitude": "121.470000"}


def taken(
    world: OrdersHarness, label: str = "r1", *, by: str = "min", start: str = "D1 09:00", recipient: str = "lan"
) -> None:
    world.redeem(label, recipient=recipient, start=start)
    assert world.act(by, label, "assignment") == ""


def acting(person: str) -> dict[str, Any]:
    return {"acting_for": str(named(person)), "consent": said(), "why": "no phone"}


def test_at_the_door(world: OrdersHarness) -> None:
    taken(world)
    right = world.code("r1", when="D1 08:45")
    wrong = {"code": f"{(int(right) + 1) % 1_000_000:06}"}
    world.set_time("D1 08:44")
    early = world.act("min", "r1", "check-in", {"code": right})
    world.set_time("D1 08:45")

    answers = [
        world.act("min", "r1", "check-in", wrong),
        world.act("hua", "r1", "check-in", {"code": right}),
        world.act("min", "r1", "check-out"),
        world.act("min", "r1", "check-in", {"code": right, "place": FAR}),
        world.act("min", "r1", "check-in", {"code": right}),
        world.act("hua", "r1", "check-out"),
    ]
    world.set_time("D1 10:25")
    world.act("min", "r1", "check-out", {"place": HOME})

    assert early == "check_in_too_early"
    assert answers == ["door_code_wrong", "not_assigned", "wrong_order_state", "", "wrong_order_state", "not_assigned"]
    shown = world.order("r1")
    assert (shown["state"], shown["flags"]) == ("finished", ["off_place", "overrun"])
    assert shown["volunteers"][0]["actual_minutes"] == 100
    assert [words["flag"] for words in shown["flag_words"]] == ["off_place", "overrun"]


def test_the_door_code_is_the_recipients_sides_alone(world: OrdersHarness) -> None:
    world.person("son", roles=[])
    world.relate("lan", "child", "son")
    taken(world)
    path = f"/v1/orders/{named('r1')}/door-code"
    for_her = f"{path}?acting_for={named('lan')}&consent=desk"

    answers = {who: world.call("GET", who, path).status_code for who in ("lan", "min", "hua", "coord")}
    acted = {who: world.call("GET", who, for_her).status_code for who in ("op", "op_d2", "son", "min", "audit")}

    assert answers == {"lan": 200, "min": 403, "hua": 403, "coord": 403}
    assert acted == {"op": 200, "op_d2": 403, "son": 403, "min": 403, "audit": 403}
    assert "door_code" not in world.order("r1", by="min")


def test_the_code_changes_with_time_and_opens_a_little_longer_than_it_is_shown(world: OrdersHarness) -> None:
    taken(world)
    path = f"/v1/orders/{named('r1')}/door-code"
    world.set_time("D1 09:04")
    shown = world.call("GET", "lan", path).get_json()
    next_one = world.code("r1", when="D1 09:05")

    before = world.act("min", "r1", "check-in", {"code": next_one})
    world.set_time("D1 09:10")
    after = world.act("min", "r1", "check-in", {"code": shown["code"]})
    world.set_time("D1 09:09")
    in_time = world.act("min", "r1", "check-in", {"code": shown["code"]})

    assert shown["until"] == "2026-03-02T01:10:00Z"
    assert shown["code"] != next_one
    assert (before, after, in_time) == ("door_code_wrong", "door_code_wrong", "")


def test_two_volunteers_finish_when_both_have_checked_out(world: OrdersHarness) -> None:
    for label in ("a", "b"):
        world.person(label, roles=["volunteer"], certificates=["carer"])
    world.redeem("r1", recipient="lan", start="D2 09:00", service="A3", persons=2)
    world.act("a", "r1", "assignment")
    world.act("b", "r1", "assignment")
    world.set_time("D2 09:00")
    code = world.code("r1")
    world.act("a", "r1", "check-in", {"code": code})
    world.set_time("D2 09:02")
    world.act("b", "r1", "check-in", {"code": code})
    world.set_time("D2 10:01")
    world.act("a", "r1", "check-out")
    half = world.state("r1")
    world.set_time("D2 10:04")
    world.act("b", "r1", "check-out")

    assert (half, world.state("r1")) == ("in_service", "finished")
    assert [part["actual_minutes"] for part in world.order("r1")["volunteers"]] == [61, 62]
    assert [event.actual_minutes for event in world.said(wire.ServiceFinished)] == [61, 62]


def test_a_forgotten_check_out_is_made_at_the_planned_end(world: OrdersHarness) -> None:
    taken(world)
    world.set_time("D1 09:05")
    world.act("min", "r1", "check-in", {"code": world.code("r1")})
    world.set_time("D1 10:59")
    before = world.state("r1")
    world.set_time("D1 11:00")

    shown = world.order("r1")
    assert (before, shown["state"], shown["flags"]) == ("in_service", "finished", ["auto_checked_out"])
    assert shown["volunteers"][0]["actual_minutes"] == 55


def test_silence_agrees_after_its_time_and_is_flagged(world: OrdersHarness) -> None:
    taken(world)
    world.serve("r1", by="min", start="D1 09:00", end="D1 10:05")
    world.set_time("D4 10:04")
    early = world.act("coord", "r1", "approval"), world.queue("approval")
    world.set_time("D4 10:05")

    assert early == ("wrong_order_state", set())
    assert (world.state("r1"), world.order("r1")["flags"]) == ("confirmed", ["silent_recipient"])
    assert world.queue("approval") == {str(named("r1"))}
    assert world.act("lan", "r1", "confirmation") == "wrong_order_state"


def test_the_recipient_or_who_acts_for_her_confirms_and_never_the_volunteer(world: OrdersHarness) -> None:
    world.person("son", roles=[])
    world.relate("lan", "child", "son")
    world.person("vop", roles=["volunteer", "operator@d1"])
    taken(world, by="vop")
    world.serve("r1", by="vop", start="D1 09:00", end="D1 10:01")

    refused = [
        world.act("vop", "r1", "confirmation", acting("lan")),
        world.act("hua", "r1", "confirmation", acting("lan")),
        world.act("hua", "r1", "confirmation"),
        world.act("audit", "r1", "confirmation", acting("lan")),
        world.act("son", "r1", "confirmation", acting("lan")),
        world.act("op_d2", "r1", "confirmation", acting("lan")),
    ]
    world.grant("lan", "son")

    assert refused == ["not_authorised"] * 4 + ["consent_missing", "out_of_scope"]
    assert world.act("son", "r1", "confirmation", acting("lan")) == ""


def test_a_call_back_and_the_place_together_verify(world: OrdersHarness) -> None:
    taken(world)
    taken(world, "r2", by="hua", start="D1 14:00", recipient="mei")
    world.set_time("D1 09:00")
    world.act("min", "r1", "check-in", {"place": HOME})
    called = [world.act(who, "r1", "call-back", THERE) for who in ("coord", "op_d2", "op")]
    world.set_time("D1 10:02")
    world.act("min", "r1", "check-out")
    world.set_time("D1 14:00")
    world.act("hua", "r2", "check-in")
    world.act("op", "r2", "call-back", THERE)
    world.set_time("D1 15:02")
    world.act("hua", "r2", "check-out")

    assert called == ["not_authorised", "out_of_scope", ""]
    assert [world.order(label)["flags"] for label in ("r1", "r2")] == [[], ["weak_evidence"]]


def test_who_calls_back_is_a_third_person(world: OrdersHarness) -> None:
    world.person("vop", roles=["volunteer", "operator@d1"])
    world.redeem("r1", recipient="lan", start="D1 09:00", by="op")
    world.act("vop", "r1", "assignment")
    early = world.act("op_b", "r1", "call-back", THERE)
    world.set_time("D1 09:00")
    world.act("vop", "r1", "check-in", {"place": HOME})

    refused = [world.act(who, "r1", "call-back", THERE) for who in ("op", "vop")]
    world.act("op_b", "r1", "call-back", THERE)
    world.set_time("D1 10:01")
    world.act("vop", "r1", "check-out")
    confirmed = [world.act(who, "r1", "confirmation", acting("lan")) for who in ("op_b", "op")]

    assert (early, refused) == ("wrong_order_state", ["maker_is_checker"] * 2)
    assert confirmed == ["maker_is_checker", ""]
    assert world.order("r1")["flags"] == []


def test_only_a_plain_yes_is_evidence_and_every_answer_is_kept_for_who_signs(world: OrdersHarness) -> None:
    taken(world)
    world.serve("r1", by="min", start="D1 09:00", end="D1 10:05", code=False, place=HOME)
    no = {"spoke_with": "relative", "was_there": "no", "words": "Nobody came"}
    unsure = {"spoke_with": "other", "was_there": "unsure"}

    missing = world.act("op", "r1", "call-back", {})
    answers = [world.act("op", "r1", "call-back", no)]
    world.set_time("D1 10:06")
    answers.append(world.act("op", "r1", "call-back", unsure))
    before = world.order("r1")["volunteers"][0]["evidence"]
    world.set_time("D1 10:07")
    assert world.act("op", "r1", "call-back", THERE | {"says_minutes": 60}) == ""

    assert (missing, answers) == ("invalid_fields", ["", ""])
    assert before == ["place"]
    assert world.order("r1")["volunteers"][0]["evidence"] == ["call_back", "place"]
    calls = world.call("GET", "check", f"/v1/orders/{named('r1')}/evidence").get_json()["call_backs"]
    assert [(call["was_there"], call["says_minutes"], call["words"]) for call in calls] == [
        ("no", None, "Nobody came"),
        ("unsure", None, ""),
        ("yes", 60, ""),
    ]
    assert {call["called_by"] for call in calls} == {str(named("op"))}


def test_a_late_call_back_takes_the_flag_away_until_the_first_signature(world: OrdersHarness) -> None:
    taken(world)
    taken(world, "r2", start="D1 14:00", recipient="mei")
    for label, start, end in (("r1", "D1 09:00", "D1 10:02"), ("r2", "D1 14:00", "D1 15:02")):
        world.serve(label, by="min", start=start, end=end, code=False, place=HOME)
    world.act("lan", "r1", "confirmation")
    world.act("mei", "r2", "confirmation")
    world.act("coord", "r2", "approval")
    before = world.order("r1")["flags"]

    answers = [world.act("op", label, "call-back", THERE) for label in ("r1", "r2")]

    assert (before, world.order("r1")["flags"]) == (["weak_evidence"], [])
    assert answers == ["", "wrong_order_state"]


def test_time_that_overlaps_other_time_is_flagged(world: OrdersHarness) -> None:
    taken(world)
    taken(world, "r2", start="D1 10:10", recipient="mei")
    world.set_time("D1 09:00")
    world.act("min", "r1", "check-in", {"code": world.code("r1")})
    world.set_time("D1 10:11")
    world.act("min", "r2", "check-in", {"code": world.code("r2")})
    world.set_time("D1 10:12")
    world.act("min", "r1", "check-out")
    world.set_time("D1 11:12")
    world.act("min", "r2", "check-out")

    assert [world.order(label)["flags"] for label in ("r1", "r2")] == [[], ["overlap"]]


@pytest.mark.parametrize(
    ("place", "flags"),
    [
        (HOME, []),
        (FAR, ["off_place"]),
        ({"latitude": "31.330000", "longitude": "121.470000"}, ["impossible_travel", "off_place"]),
    ],
)
def test_the_way_between_two_services_must_be_possible(world: OrdersHarness, place: Any, flags: list[str]) -> None:
    taken(world)
    taken(world, "r2", start="D1 10:10", recipient="mei")
    world.set_time("D1 09:00")
    world.act("min", "r1", "check-in", {"code": world.code("r1"), "place": HOME})
    world.set_time("D1 10:01")
    world.act("min", "r1", "check-out", {"place": HOME})

    world.serve("r2", by="min", start="D1 10:05", end="D1 11:06", place=place)

    assert world.order("r2")["flags"] == flags


def test_a_shared_device_is_flagged_on_both_sides(world: OrdersHarness) -> None:
    taken(world)
    taken(world, "r2", by="hua", start="D1 14:00", recipient="mei")
    world.serve("r1", by="min", start="D1 09:00", end="D1 10:01", device="tablet")
    clean = world.order("r1")["flags"]
    world.act("lan", "r1", "confirmation", {"device": "tablet"})
    world.serve("r2", by="hua", start="D1 14:00", end="D1 15:01", device="tablet")

    assert clean == []
    assert [world.order(label)["flags"] for label in ("r1", "r2")] == [["same_device"], ["same_device"]]


def test_a_sample_of_all_is_drawn_and_goes_to_the_second_check(world: OrdersHarness) -> None:
    world.policy({"review": {"sample_rate_percent": 100}}, version=2)
    taken(world)
    world.serve("r1", by="min", start="D1 09:00", end="D1 10:01")
    world.act("lan", "r1", "confirmation")

    world.act("coord", "r1", "approval")

    assert world.order("r1")["flags"] == ["sampled"]
    assert world.queue("second_check") == {str(named("r1"))}
