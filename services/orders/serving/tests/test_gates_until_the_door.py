"""Gates hold until the door: what shuts one after an order was taken opens the order to others, and bars the door."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from libs.contracts.events import orders as wire
from libs.ids import new_id
from services.orders.serving.tests.test_taking import register_group
from services.orders.tests.harness import OrdersHarness, named, outcome


def taken(world: OrdersHarness, label: str = "o1", start: str = "D2 09:00", by: str = "min", **others: Any) -> None:
    assert world.place("coord", label, recipient="lan", start=start, **others) == ""
    assert world.act(by, label, "assignment") == ""


def released(world: OrdersHarness) -> list[str]:
    return [message.code for message in world.said(wire.OrderReleased)]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"status": "suspended"}, "person_suspended"),
        ({"training": False}, "training_missing"),
        ({"clean_record": False}, "bad_credit_record"),
        ({"insured_until": "2026-03-02"}, "insurance_missing"),
        ({"roles": ["recipient"]}, "not_authorised"),
    ],
)
def test_what_changes_about_a_volunteer_opens_the_order_to_others(
    world: OrdersHarness, change: dict[str, Any], code: str
) -> None:
    taken(world, service="A1")

    world.person("min", **{"roles": ["volunteer"], "version": 2, **change})
    world.set_time("D1 08:01")

    shown = world.order("o1")
    assert (shown["state"], shown["volunteers"]) == ("published", [])
    assert released(world) == [code]
    assert world.said(wire.OrderReleased)[0].volunteer_id == str(named("min"))
    assert str(named("o1")) in world.queue("no_taker"), "a coordinator sees it at once"
    assert world.act("hua", "o1", "assignment") == ""


def test_a_change_that_shuts_nothing_opens_nothing(world: OrdersHarness) -> None:
    taken(world)

    world.person("min", roles=["volunteer"], version=2, certificates=["first_aid"])
    world.set_time("D1 08:01")

    assert (world.state("o1"), released(world)) == ("taken", [])


def test_a_grade_that_bars_volunteers_releases_who_was_to_come(world: OrdersHarness) -> None:
    for who in ("min", "hua"):
        world.person(who, roles=["volunteer"], version=2, certificates=["carer"])
    assert world.place("coord", "o1", recipient="lan", start="D2 09:00", service="A3") == ""
    assert [world.act(who, "o1", "assignment") for who in ("min", "hua")] == ["", ""]

    world.person("lan", roles=["recipient"], version=2, grade="severe")
    world.set_time("D1 08:01")

    assert released(world) == ["grade_outside_limits"] * 2
    assert world.order("o1")["volunteers"] == []


def test_two_who_are_declared_relatives_do_not_meet_as_strangers(world: OrdersHarness) -> None:
    taken(world)

    world.relate("lan", "child", "min")
    world.set_time("D1 08:01")

    assert released(world) == ["related_party"]


def test_who_belongs_to_their_group_no_more_does_not_serve_in_it(world: OrdersHarness) -> None:
    for label, start in (("o1", "D2 09:00"), ("o2", "D2 14:00")):
        assert world.place("coord", label, recipient="lan", start=start) == ""
    team = register_group(world, "min", "hua")
    assert [world.act(who, label, "assignment", team) for who, label in (("min", "o1"), ("hua", "o2"))] == ["", ""]

    register_group(world, "hua")
    world.set_time("D1 08:01")

    assert [world.state(label) for label in ("o1", "o2")] == ["published", "taken"]
    assert released(world) == ["not_in_group"]


def test_one_of_two_is_released_and_the_other_stays(world: OrdersHarness) -> None:
    assert world.place("coord", "o1", recipient="lan", start="D2 09:00", service="A3") == ""
    for who in ("min", "hua"):
        world.person(who, roles=["volunteer"], version=2, certificates=["carer"])
    assert [world.act(who, "o1", "assignment") for who in ("min", "hua")] == ["", ""]

    world.person("min", roles=["volunteer"], version=3, certificates=["carer"], status="suspended")
    world.set_time("D1 08:01")

    shown = world.order("o1")
    assert (shown["state"], [part["person_id"] for part in shown["volunteers"]]) == ("published", [str(named("hua"))])


def test_the_door_is_barred_before_anybody_looked_again(world: OrdersHarness) -> None:
    taken(world)
    world.set_time("D2 09:00")
    code = world.code("o1")

    world.person("min", roles=["volunteer"], version=2, status="suspended")
    barred = world.act("min", "o1", "check-in", {"code": code})

    assert barred in ("person_suspended", "not_authorised")
    assert world.state("o1") == "taken"
    world.set_time("D2 09:01")
    assert released(world) == ["person_suspended"]


def test_whoever_is_at_work_is_not_called_away(world: OrdersHarness) -> None:
    taken(world)
    world.set_time("D2 09:00")
    assert world.act("min", "o1", "check-in", {"code": world.code("o1")}) == ""

    world.person("min", roles=["volunteer"], version=2, training=False)
    world.set_time("D2 09:30")

    assert (world.state("o1"), released(world)) == ("in_service", [])
    assert world.act("min", "o1", "check-out") == ""


def test_a_second_no_show_releases_what_would_begin_within_the_pause(world: OrdersHarness) -> None:
    for label, start in (("o1", "D2 09:00"), ("o2", "D2 11:00"), ("soon", "D4 09:00"), ("late", "D60 09:00")):
        taken(world, label, start)
    world.set_time("D2 10:00")
    assert world.act("coord", "o1", "no-show", {"absent": "volunteer"}) == ""
    world.set_time("D2 12:00")
    assert world.act("coord", "o2", "no-show", {"absent": "volunteer"}) == ""
    world.set_time("D2 12:01")

    assert [world.state(label) for label in ("soon", "late")] == ["published", "taken"]
    assert released(world) == ["volunteer_paused"]


def stop(world: OrdersHarness, by: str, who: str = "min", key: str = "s1", why: str = "She says he was drunk") -> str:
    body = {"volunteer_id": str(named(who)), "why": why}
    return outcome(world.call("PUT", by, f"/v1/volunteer-stops/{named(key)}", body))


def test_a_coordinator_stops_a_volunteer_for_a_day(world: OrdersHarness) -> None:
    taken(world, "today", "D1 18:00")
    taken(world, "later", "D3 09:00")
    assert world.place("coord", "open", recipient="lan", start="D4 09:00") == ""

    assert stop(world, "coord") == ""
    world.set_time("D1 08:01")

    assert [world.state(label) for label in ("today", "later")] == ["published", "taken"]
    assert released(world) == ["volunteer_stopped"]
    assert world.act("min", "open", "assignment") == "volunteer_stopped"
    world.set_time("D2 08:01")
    assert world.act("min", "open", "assignment") == ""


def test_a_stop_that_is_lifted_bars_nothing(world: OrdersHarness) -> None:
    assert world.place("coord", "o1", recipient="lan", start="D2 09:00") == ""
    assert stop(world, "coord") == ""

    lifting = f"/v1/volunteer-stops/{named('s1')}/lifting"
    assert outcome(world.call("POST", "min", lifting, {"why": "I am sober"})) == "not_authorised"
    assert outcome(world.call("POST", "coord", lifting, {"why": "It was somebody else"})) == ""
    assert outcome(world.call("POST", "coord", lifting, {"why": "Again"})) == "stop_ended"
    assert world.act("min", "o1", "assignment") == ""


def test_nobody_keeps_a_volunteer_away_alone_for_longer_than_a_day(world: OrdersHarness) -> None:
    assert stop(world, "coord") == ""
    world.set_time("D2 09:00")

    assert stop(world, "coord", key="s2") == "stopped_lately"
    world.set_time("D8 08:00")
    assert stop(world, "coord", key="s3") == ""


def test_who_may_not_stop_whom(world: OrdersHarness) -> None:
    world.person("far", roles=["coordinator@k3"], unit="k3", born=date(1980, 1, 1))

    assert stop(world, "min", "hua", key="a") == "not_authorised"
    assert stop(world, "far", key="b") == "out_of_scope"
    assert stop(world, "coord", "lan", key="c") == "no_volunteer"
    assert stop(world, "coord", "nobody", key="d") == "record_not_found"
    assert stop(world, "coord", why="", key="e") == "invalid_fields"
    world.person("both", roles=["volunteer", "coordinator@k1"])
    assert stop(world, "both", "both", key="f") == "not_authorised"


def test_the_volunteer_sees_until_when_and_staff_also_why(world: OrdersHarness) -> None:
    assert stop(world, "coord") == ""
    listed = f"/v1/volunteer-stops?volunteer_id={named('min')}"

    own, staffs = (world.call("GET", who, listed).get_json()["items"][0] for who in ("min", "coord"))

    assert own["ends_at"] == staffs["ends_at"]
    assert "why" not in own
    assert "stopped_by" not in own
    assert staffs["why"] == "She says he was drunk"
    assert outcome(world.call("GET", "hua", listed)) == "not_authorised"


def test_why_somebody_was_stopped_is_forgotten_with_them(world: OrdersHarness) -> None:
    assert stop(world, "coord") == ""

    world.forget("min")

    shown = world.call("GET", "cadmin", f"/v1/volunteer-stops?volunteer_id={named('min')}").get_json()["items"]
    assert [one["why"] for one in shown] == [""]


def test_one_id_stops_once(world: OrdersHarness) -> None:
    key = str(new_id())

    assert [stop(world, "coord", key=key), stop(world, "coord", key=key)] == ["", ""]
    assert stop(world, "coord", "hua", key=key) == "id_reused"
