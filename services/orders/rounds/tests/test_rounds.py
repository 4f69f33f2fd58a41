"""Rounds: hours once for the span, each stop ticked once, and what was brought to whom."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from libs.contracts.events import orders as wire
from libs.ids import id_from_cause, new_id
from services.orders.tests.harness import OrdersHarness, at, named, outcome
from services.orders.tests.venues import HERE, code_of, register


def plan(world: OrdersHarness, by: str = "coord", label: str = "", **others: Any) -> str:
    """Plan a round to three people; return "" or the code of the refusal."""
    people = others.pop("people", ("lan", "mei", "old"))
    body = {
        "unit_id": str(named("k1")),
        "venue_id": str(named("v1")),
        "service": "A1",
        "start": at(others.pop("start", "D2 10:00")).isoformat(),
        "minutes": 90,
        "recipient_ids": [str(named(who)) for who in people],
        **others,
    }
    return outcome(world.call("PUT", by, f"/v1/rounds/{named(label) if label else new_id()}", body))


def tick(world: OrdersHarness, by: str, who: str, what: str, *, key: str = "", **more: str | None) -> str:
    """Tick the stop of somebody; return "" or the code of the refusal."""
    path = f"/v1/rounds/{named('r1')}/stops/{stop_of(who)}/tick"
    return outcome(world.call("POST", by, path, {"outcome": what} | more, key=key))


def stop_of(who: str) -> UUID:
    """Return the id of the stop at somebody."""
    return id_from_cause(named("r1"), "stop", str(named(who)))


@pytest.fixture
def meals(world: OrdersHarness) -> OrdersHarness:
    """Return a canteen from which meals go to three people, one of them at high risk."""
    world.person("old", roles=["recipient"], visit_risk="high", visit_listed_on="2026-03-01")
    assert register(world) == ""
    assert plan(world, label="r1") == ""
    return world


def test_a_round_is_served_once_and_each_stop_counts(meals: OrdersHarness) -> None:
    assert meals.act("min", "r1", "assignment") == ""
    (taken,) = meals.said(wire.OrderTaken)
    assert set(taken.stop_recipient_ids) == {str(named(who)) for who in ("lan", "mei", "old")}
    assert tick(meals, "min", "lan", "done") == "wrong_order_state"
    meals.set_time("D2 10:00")
    assert meals.act("min", "r1", "check-in", {"code": code_of(meals), "place": HERE}) == ""
    assert tick(meals, "min", "lan", "done") == ""
    assert tick(meals, "min", "mei", "refused", words="已吃过") == ""
    meals.set_time("D2 11:30")
    assert tick(meals, "min", "old", "not_met") == ""
    assert meals.act("min", "r1", "check-out") == ""

    order = meals.order("r1")
    assert (order["state"], order["kind"], order["flags"]) == ("confirmed", "round", [])
    assert meals.act("coord", "r1", "approval") == "maker_is_checker"
    assert meals.act("coord_b", "r1", "approval") == ""
    assert meals.served("min")["total_minutes"] == 90
    (count,) = meals.call("GET", "coord", f"/v1/rounds/counts?unit={named('k1')}").get_json()["items"]
    assert (count["recipient_id"], count["day"], count["number"]) == (str(named("lan")), "2026-03-03", 1)
    assert meals.queue("urgent") == {str(stop_of("old"))}


def test_a_stop_is_ticked_once_by_who_is_on_the_round(meals: OrdersHarness) -> None:
    meals.act("min", "r1", "assignment")
    meals.set_time("D2 10:00")
    meals.act("min", "r1", "check-in", {"code": code_of(meals)})
    assert tick(meals, "hua", "lan", "done") == "not_assigned"
    assert tick(meals, "coord", "lan", "done") == "not_assigned"
    assert tick(meals, "min", "lan", "done", key="t1") == ""
    assert tick(meals, "min", "lan", "done", key="t1") == ""
    assert tick(meals, "min", "lan", "not_met") == "stop_ticked"
    assert tick(meals, "min", "nobody", "done") == "stop_not_found"


def test_a_relative_of_somebody_on_it_does_not_take_a_round(meals: OrdersHarness) -> None:
    meals.relate("mei", "child", "min")
    assert meals.act("min", "r1", "assignment") == "related_party"


def test_the_dead_are_not_served_and_nobody_is_sent_to_look_for_them(meals: OrdersHarness) -> None:
    meals.act("min", "r1", "assignment")
    meals.set_time("D2 10:00")
    meals.act("min", "r1", "check-in", {"code": code_of(meals)})
    dead: dict[str, Any] = {"status": "deceased", "visit_risk": "high", "visit_listed_on": "2026-03-01", "version": 2}
    meals.person("old", roles=["recipient"], **dead)

    assert tick(meals, "min", "old", "done") == "wallet_frozen"
    assert tick(meals, "min", "old", "not_met") == ""

    assert meals.queue("urgent") == set()
    assert meals.call("GET", "coord", f"/v1/rounds/counts?unit={named('k1')}").get_json()["items"] == []


def test_nobody_of_the_family_of_somebody_on_a_round_signs_it(meals: OrdersHarness) -> None:
    meals.relate("mei", "child", "coord_b")
    meals.act("min", "r1", "assignment")
    meals.set_time("D2 10:00")
    meals.act("min", "r1", "check-in", {"code": code_of(meals), "place": HERE})
    meals.set_time("D2 11:30")
    meals.act("min", "r1", "check-out")

    assert meals.act("coord_b", "r1", "approval") == "approver_related"
    assert meals.act("coord_b", "r1", "rejection", {"why": "x"}) == "approver_related"


def test_whom_somebody_on_it_does_not_want_is_offered_a_round_no_more(meals: OrdersHarness) -> None:
    volunteer = str(named("min"))
    assert meals.act("coord", "r1", "offers", {"to": volunteer}) == ""
    assert len(meals.order("r1")["offers"]) == 1

    said = meals.call("POST", "mei", f"/v1/not-wanted/{named('mei')}", {"volunteer_id": volunteer})

    assert (outcome(said), meals.order("r1")["offers"]) == ("", [])


def test_who_sees_the_stops(meals: OrdersHarness) -> None:
    path = f"/v1/rounds/{named('r1')}"
    assert outcome(meals.call("GET", "min", path)) == "order_not_found"
    assert len(meals.call("GET", "coord", path).get_json()["stops"]) == 3
    meals.act("min", "r1", "assignment")
    assert [stop["number"] for stop in meals.call("GET", "min", path).get_json()["stops"]] == [1, 2, 3]
    assert outcome(meals.call("GET", "lan", path)) == "order_not_found"


def test_what_is_refused_of_a_plan(meals: OrdersHarness) -> None:
    meals.person("far", roles=["recipient"], unit="k2")
    assert plan(meals, "min") == "not_authorised"
    assert plan(meals, "coord_k2") == "out_of_scope"
    assert plan(meals, people=("lan", "far")) == "out_of_scope"
    assert plan(meals, people=("lan", "lan")) == "invalid_fields"
    assert plan(meals, people=("nobody",)) == "record_not_found"
    assert plan(meals, funding="pool") == "not_eligible_for_pool"
    assert plan(meals, minutes=1) == "minutes_out_of_range"
    meals.policy({"programme": {"monthly_budget_minutes": 100}}, version=2)
    assert plan(meals) == "programme_budget_exhausted"


def test_words_at_a_door_go_with_the_person(meals: OrdersHarness) -> None:
    meals.act("min", "r1", "assignment")
    meals.set_time("D2 10:00")
    meals.act("min", "r1", "check-in", {"code": code_of(meals)})
    tick(meals, "min", "lan", "refused", words="她在住院")
    meals.forget("lan")

    stops = meals.call("GET", "coord", f"/v1/rounds/{named('r1')}").get_json()["stops"]
    assert {stop["words"] for stop in stops} == {""}


def call_round(world: OrdersHarness) -> None:
    """Let somebody at general risk and somebody at high risk be called, and one at high risk be seen at the door."""
    for label, risk in (("gen", "general"), ("high", "high"), ("seen", "high")):
        world.person(label, roles=["recipient"], visit_risk=risk, visit_listed_on="2026-03-01")
    assert plan(world, label="r1", service="B3", minutes=60, venue_id=None, people=("gen", "high", "seen", "mei")) == ""
    assert world.act("min", "r1", "assignment") == ""
    world.set_time("D2 10:00")
    assert world.act("min", "r1", "check-in", {}) == ""
    for who, how in (("gen", "phone"), ("high", "phone"), ("seen", "door"), ("mei", "phone")):
        assert tick(world, "min", who, "done", how=how) == ""
    world.set_time("D2 11:00")
    assert world.act("min", "r1", "check-out") == ""
    assert world.act("coord_b", "r1", "approval") == ""
    assert world.act("check", "r1", "second-check", {"ok": True}) == ""


def rate(world: OrdersHarness) -> tuple[int, int]:
    """Return how many are on the list of the month's rate, and how many of them were seen."""
    shown = world.call("GET", "coord", f"/v1/indicators/visits?unit={named('k1')}&month=2026-03").get_json()
    return shown["listed"], shown["visited"]


def test_a_call_on_a_round_is_a_visit_where_the_plan_says_that_it_is_enough(world: OrdersHarness) -> None:
    world.policy({"visit": {"general_days": 30}}, version=2)
    assert rate(world) == (0, 0)

    call_round(world)

    assert world.state("r1") == "settled"
    assert rate(world) == (3, 2)
    ways = {visit.person_id: visit.how for visit in world.said(wire.VisitRecorded)}
    assert ways == {str(named("gen")): "phone", str(named("seen")): "door"}
    (called,) = [visit for visit in world.said(wire.VisitRecorded) if visit.how == "phone"]
    visit = world.call("GET", "coord", f"/v1/visits/{called.visit_id}").get_json()
    assert (visit["how"], visit["proof"], visit["order_id"]) == ("phone", "attested", str(named("r1")))

    path = f"/v1/orders/{named('r1')}/reversal/{named('reversal')}"
    assert world.call("PUT", "coord", path, {"why": "nobody was called"}).status_code == 201
    assert world.call("POST", "check", f"{path}/decision", {"ok": True}).status_code == 200
    assert rate(world) == (3, 0)


def test_the_plan_says_for_whom_a_call_is_enough(world: OrdersHarness) -> None:
    for risk in ("general", "key", "high"):
        world.person(risk, roles=["recipient"], visit_risk=risk, visit_listed_on="2026-03-01")
    rows = world.call("GET", "coord", f"/v1/visit-plans?unit={named('k1')}").get_json()["items"]
    assert {row["risk"]: row["is_call_enough"] for row in rows} == {"general": True, "key": False, "high": False}


def test_a_visit_is_proved_as_well_as_its_hours(meals: OrdersHarness) -> None:
    assert plan(meals, label="r2", service="B3", minutes=60, start="D3 10:00", people=("old",)) == ""
    assert meals.act("min", "r2", "assignment") == ""
    meals.set_time("D3 10:00")
    assert meals.act("min", "r2", "check-in", {"code": code_of(meals), "place": HERE}) == ""
    path = f"/v1/rounds/{named('r2')}/stops/{id_from_cause(named('r2'), 'stop', str(named('old')))}/tick"
    assert outcome(meals.call("POST", "min", path, {"outcome": "done"})) == ""
    meals.set_time("D3 11:00")
    assert meals.act("min", "r2", "check-out") == ""
    assert meals.act("coord_b", "r2", "approval") == ""

    (seen,) = meals.said(wire.VisitRecorded)
    visit = meals.call("GET", "coord", f"/v1/visits/{seen.visit_id}").get_json()
    assert (visit["how"], visit["proof"]) == ("door", "verified")


def test_a_round_without_a_tick_has_a_hint_and_no_flag(meals: OrdersHarness) -> None:
    meals.act("min", "r1", "assignment")
    meals.set_time("D2 10:00")
    assert meals.act("min", "r1", "check-in", {"code": code_of(meals), "place": HERE}) == ""
    meals.set_time("D2 11:30")
    assert meals.act("min", "r1", "check-out") == ""

    path = f"/v1/queues/approval/findings?unit={named('k1')}"
    (row,) = meals.call("GET", "coord_b", path).get_json()["items"]
    assert (meals.order("r1")["flags"], [hint["hint"] for hint in row["hints"]]) == ([], ["unticked_round"])
    assert row["hints"][0]["en"] == "None of the 3 stops of this round was ticked"
