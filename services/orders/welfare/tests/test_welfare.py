"""Somebody who was not met is looked after: call, contact person, door; silence goes on by itself and one higher."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from libs.contracts.events import orders as wire
from services.orders.tests.harness import OrdersHarness, at, named, outcome


@pytest.fixture
def opened(world: OrdersHarness) -> OrdersHarness:
    """At ten past three at night: lan, at high risk and with a daughter (ann), answers her visitor (min) not."""
    world.person("lan", roles=["recipient"], visit_risk="high", visit_listed_on="2026-03-01", version=2)
    world.person("ann", roles=["volunteer"])
    world.relate("lan", "child", "ann")
    world.set_time("D2 03:10")
    no_answer = {"person_id": str(named("lan")), "how": "door", "outcome": "no_answer"}
    assert outcome(world.call("PUT", "coord", f"/v1/visits/{named('w1')}", no_answer)) == ""
    return world


def check(world: OrdersHarness, by: str = "op") -> dict[str, Any]:
    document: dict[str, Any] = world.call("GET", by, f"/v1/incidents/{named('w1')}").get_json()
    return document


def take(world: OrdersHarness, by: str, number: int = 1) -> str:
    path = f"/v1/welfare-checks/{named('w1')}/acknowledgement"
    return outcome(world.call("POST", by, path, {"number": number}))


def report(world: OrdersHarness, by: str, said: str, number: int = 1) -> str:
    path = f"/v1/incidents/{named('w1')}/step-outcome"
    return outcome(world.call("POST", by, path, {"number": number, "outcome": said}))


def whom_it_told(world: OrdersHarness) -> list[tuple[str, list[str], list[str]]]:
    by_id = {str(named(label)): label for label in world.roles}
    return [
        (event.rung, sorted(by_id[each] for each in event.told_ids), sorted(by_id[each] for each in event.above_ids))
        for event in world.said(wire.WelfareStepOpened)
    ]


DESK = ["coord", "coord_b", "op", "op_b"]
DAUGHTER_FIRST = ["ann", *DESK]


def test_with_an_empty_roster_the_desk_is_told_in_the_very_request(opened: OrdersHarness) -> None:
    assert whom_it_told(opened) == [("call", DESK, [])]
    shown = check(opened)
    assert (shown["welfare"]["state"], shown["welfare"]["rung"], shown["state"]) == ("waiting", "call", "escalated")
    assert shown["welfare"]["steps"][0]["answer_by"] == "2026-03-02T19:20:00Z"
    mine = opened.call("GET", "op_b", "/v1/welfare-checks").get_json()["items"]
    assert [(row["incident_id"], row["number"]) for row in mine] == [(str(named("w1")), 1)]
    assert opened.call("GET", "min", "/v1/welfare-checks").get_json()["items"] == []


def test_who_is_on_duty_is_told_instead_of_the_desk(world: OrdersHarness) -> None:
    world.person("lan", roles=["recipient"], visit_risk="high", visit_listed_on="2026-03-01", version=2)
    times = {"from": at("D1 22:00").isoformat(), "until": at("D2 07:00").isoformat()}
    entry = {"unit_id": str(named("k1")), "person_id": str(named("min")), "rank": 1} | times
    assert outcome(world.call("PUT", "coord", f"/v1/duty-roster/{named('e1')}", entry)) == ""
    world.set_time("D2 03:10")
    no_answer = {"person_id": str(named("lan")), "how": "door", "outcome": "no_answer"}

    assert outcome(world.call("PUT", "coord", f"/v1/visits/{named('w1')}", no_answer)) == ""

    assert whom_it_told(world) == [("call", ["min"], [])]
    assert check(world, by="min")["person_id"] == str(named("lan"))
    assert take(world, "min") == ""


def test_silence_goes_on_step_by_step_and_tells_the_coordinator_then_who_stands_above(opened: OrdersHarness) -> None:
    opened.set_time("D2 03:19")
    assert len(whom_it_told(opened)) == 1

    opened.set_time("D2 03:20")
    opened.set_time("D2 03:40")
    opened.set_time("D2 04:25")
    opened.set_time("D2 05:10")

    assert whom_it_told(opened) == [
        ("call", DESK, []),
        ("contact", DAUGHTER_FIRST, ["coord", "coord_b"]),
        ("door", DESK, ["check", "check_b"]),
        ("door", DESK, ["admin"]),
        ("door", DESK, ["cadmin"]),
    ]
    assert [event.why_above for event in opened.said(wire.WelfareStepOpened)] == ["", *["silence"] * 4]
    assert [step["outcome"] for step in check(opened)["welfare"]["steps"]] == [*["not_taken"] * 4, None]
    opened.set_time("D2 05:55")
    assert check(opened)["welfare"]["state"] == "unanswered"
    assert len(whom_it_told(opened)) == 5
    assert opened.queue("urgent") == {str(named("w1"))}
    assert take(opened, "cadmin", 5) == ""


def test_after_downtime_each_step_happens_once_and_at_its_own_instant(opened: OrdersHarness) -> None:
    opened.set_time("D2 09:00")

    steps = check(opened)["welfare"]["steps"]
    assert [step["began_at"][11:16] for step in steps] == ["19:10", "19:20", "19:40", "20:25", "21:10"]
    assert len(whom_it_told(opened)) == 5


def test_who_takes_a_step_has_its_time_anew_and_nobody_else_has_it(opened: OrdersHarness) -> None:
    opened.set_time("D2 03:18")

    assert take(opened, "op") == ""

    assert take(opened, "coord") == "step_taken"
    assert check(opened)["answered_by"] == str(named("op"))
    opened.set_time("D2 03:27")
    assert len(whom_it_told(opened)) == 1
    opened.set_time("D2 03:28")
    assert [step["outcome"] for step in check(opened)["welfare"]["steps"]] == ["not_reported", None]
    assert whom_it_told(opened)[1][0] == "contact"


def test_not_reached_is_the_next_step_at_once_and_the_daughter_may_say_what_she_found(opened: OrdersHarness) -> None:
    take(opened, "op")

    assert report(opened, "op", "not_reached") == ""

    assert whom_it_told(opened)[1] == ("contact", DAUGHTER_FIRST, [])
    assert report(opened, "op", "not_reached", 1) == "step_passed"
    assert take(opened, "ann", 2) == ""
    assert report(opened, "ann", "reached_well", 2) == ""
    shown = check(opened)
    assert (shown["welfare"]["state"], shown["state"], shown["ending"]) == ("reached", "escalated", None)
    opened.set_time("D2 09:00")
    assert len(whom_it_told(opened)) == 2
    ended = {"outcome": "her daughter is with her", "ending": "well"}
    assert outcome(opened.call("POST", "op", f"/v1/incidents/{named('w1')}/closing", ended)) == ""
    shown = check(opened)
    assert (shown["welfare"]["state"], shown["ending"], shown["closed_by"]) == ("ended", "well", str(named("op")))


def test_an_operator_who_reaches_her_well_has_closed_it(opened: OrdersHarness) -> None:
    assert report(opened, "op", "reached_well") == ""

    shown = check(opened)
    assert (shown["state"], shown["ending"], shown["closed_by"]) == ("closed", "well", str(named("op")))
    opened.set_time("D2 09:00")
    assert len(whom_it_told(opened)) == 1
    assert opened.call("GET", "op", "/v1/welfare-checks").get_json()["items"] == []
    assert (take(opened, "op"), report(opened, "op", "not_reached")) == ("check_ended", "check_ended")


def test_help_that_is_needed_is_told_above_until_it_is_closed(opened: OrdersHarness) -> None:
    assert report(opened, "coord", "needs_help") == ""

    assert whom_it_told(opened)[1] == ("call", [], ["coord", "coord_b"])
    assert opened.said(wire.WelfareStepOpened)[1].why_above == "needs_help"
    opened.set_time("D2 03:20")
    assert whom_it_told(opened)[2] == ("call", [], ["check", "check_b"])
    ended = {"outcome": "ambulance", "ending": "emergency_120"}
    assert outcome(opened.call("POST", "op", f"/v1/incidents/{named('w1')}/closing", ended)) == ""
    opened.set_time("D2 09:00")
    assert len(whom_it_told(opened)) == 3


def test_nobody_at_the_door_is_help_that_is_needed(opened: OrdersHarness) -> None:
    for number in (1, 2, 3):
        assert report(opened, "op", "not_reached", number) == ""

    shown = check(opened)["welfare"]
    assert (shown["state"], shown["number"]) == ("needs_help", 3)
    assert whom_it_told(opened)[-1] == ("door", [], ["coord", "coord_b"])


def test_who_was_not_told_and_is_not_the_desk_may_do_nothing_and_see_nothing(opened: OrdersHarness) -> None:
    for stranger in ("min", "ann", "lan", "coord_k2", "op_d2", "check", "audit"):
        assert take(opened, stranger) == "not_authorised", stranger
        assert report(opened, stranger, "reached_well") == "not_authorised", stranger
    assert opened.call("GET", "min", f"/v1/incidents/{named('w1')}").status_code == 404
    assert take(opened, "op", 2) == "step_passed"
    assert report(opened, "op", "not_taken") == "invalid_fields"
    assert outcome(opened.call("POST", "op", f"/v1/welfare-checks/{named('none')}/acknowledgement", {"number": 1})) == (
        "not_authorised"
    )


def test_the_district_says_how_long_each_step_is_waited_for(world: OrdersHarness) -> None:
    world.policy({"welfare": {"call_minutes": 3}}, version=2)
    world.person("lan", roles=["recipient"], visit_risk="high", visit_listed_on="2026-03-01", version=2)
    world.set_time("D2 03:10")
    no_answer = {"person_id": str(named("lan")), "how": "door", "outcome": "no_answer"}
    world.call("PUT", "coord", f"/v1/visits/{named('w1')}", no_answer)

    world.set_time("D2 03:13")

    assert [rung for rung, _, _ in whom_it_told(world)] == ["call", "contact"]


def test_of_two_who_take_a_step_at_the_same_moment_one_has_it(opened: OrdersHarness) -> None:
    with ThreadPoolExecutor(2) as both:
        answers = sorted(both.map(lambda by: take(opened, by), ("op", "op_b")))

    assert answers == ["", "step_taken"]
    assert check(opened)["answered_by"] in (str(named("op")), str(named("op_b")))
