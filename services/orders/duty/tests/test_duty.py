"""An urgent call goes to who is on duty, one after the other, and the caller is never left without words."""

from __future__ import annotations

from typing import Any

import pytest

from libs.contracts.events import accounts, orders as wire
from services.orders.tests.harness import OrdersHarness, at, named, outcome


def put_on_duty(
    world: OrdersHarness, label: str, person: str, *, unit: str = "k1", by: str = "coord", rank: int = 1, **times: str
) -> str:
    body = {
        "unit_id": str(named(unit)),
        "person_id": str(named(person)),
        "from": at(times.get("start", "D1 22:00")).isoformat(),
        "until": at(times.get("end", "D2 07:00")).isoformat(),
        "rank": rank,
    }
    return outcome(world.call("PUT", by, f"/v1/duty-roster/{named(label)}", body))


def call_urgently(world: OrdersHarness, label: str = "u1", *, by: str = "lan", person: str = "lan") -> dict[str, Any]:
    answer = world.call("PUT", by, f"/v1/incidents/{named(label)}", {"person_id": str(named(person))})
    assert answer.status_code == 201, answer.get_json()
    document: dict[str, Any] = answer.get_json()
    return document


def incident(world: OrdersHarness, label: str = "u1", *, by: str = "op") -> dict[str, Any]:
    document: dict[str, Any] = world.call("GET", by, f"/v1/incidents/{named(label)}").get_json()
    return document


def acknowledge(world: OrdersHarness, by: str, label: str = "u1") -> str:
    return outcome(world.call("POST", by, f"/v1/duty-calls/{named(label)}/acknowledgement"))


def whom_it_told(world: OrdersHarness) -> list[str]:
    by_id = {str(named(label)): label for label in world.roles}
    return [by_id[event.person_id] for event in world.said(wire.DutyCalled)]


def test_at_ten_past_three_with_an_empty_roster_the_caller_is_told_at_once_to_dial_120(world: OrdersHarness) -> None:
    world.set_time("D2 03:10")

    answered = call_urgently(world)

    assert answered["calling"]["state"] == "nobody_on_duty"
    assert answered["calling"]["dial"] == "120"
    assert "120" in answered["calling"]["zh"]
    assert "120" in answered["calling"]["en"]
    assert world.queue("urgent") == {str(named("u1"))}
    (left,) = world.said(wire.DutyUnanswered)
    assert (left.caller_id, left.reason) == (str(named("lan")), "nobody_on_duty")
    assert whom_it_told(world) == []


def test_the_first_on_duty_is_told_in_the_very_request(world: OrdersHarness) -> None:
    assert put_on_duty(world, "e1", "hua", rank=2) == ""
    assert put_on_duty(world, "e2", "min", rank=1) == ""
    world.set_time("D2 03:10")

    answered = call_urgently(world)

    assert answered["calling"]["state"] == "calling"
    assert answered["calling"]["dial"] is None
    (called,) = world.said(wire.DutyCalled)
    assert called.person_id == str(named("min"))
    assert called.recipient_id == str(named("lan"))
    mine = world.call("GET", "min", "/v1/duty-calls").get_json()["items"]
    assert [(row["incident_id"], row["state"]) for row in mine] == [(str(named("u1")), "calling")]
    assert incident(world, by="min")["person_id"] == str(named("lan"))


def test_two_minutes_of_silence_call_the_next_round_by_round_then_the_caller_dials_120(world: OrdersHarness) -> None:
    put_on_duty(world, "e1", "min", rank=1)
    put_on_duty(world, "e2", "hua", rank=2)
    world.set_time("D2 03:10")
    call_urgently(world)

    world.set_time("D2 03:11")
    assert whom_it_told(world) == ["min"]
    world.set_time("D2 03:12")
    assert whom_it_told(world) == ["min", "hua"]
    world.set_time("D2 03:17")
    assert whom_it_told(world) == ["min", "hua", "min", "hua"]
    assert incident(world)["calling"]["state"] == "calling"
    world.set_time("D2 03:18")

    shown = incident(world)
    assert shown["calling"]["state"] == "unanswered"
    assert shown["calling"]["dial"] == "120"
    assert [row["answer"] for row in shown["rings"]] == ["silent"] * 4
    assert [row["round"] for row in shown["rings"]] == [1, 1, 2, 2]
    assert [left.reason for left in world.said(wire.DutyUnanswered)] == ["unanswered"]
    assert acknowledge(world, "hua") == ""


def test_after_downtime_each_step_happens_once_and_at_its_own_instant(world: OrdersHarness) -> None:
    put_on_duty(world, "e1", "min", rank=1)
    put_on_duty(world, "e2", "hua", rank=2)
    world.set_time("D2 03:10")
    call_urgently(world)

    world.set_time("D2 06:00")

    rings = incident(world)["rings"]
    minutes = [row["rung_at"] for row in rings]
    assert minutes == [f"2026-03-02T19:{minute}:00Z" for minute in (10, 12, 14, 16)]


def test_whoever_answers_ends_the_round(world: OrdersHarness) -> None:
    put_on_duty(world, "e1", "min", rank=1)
    put_on_duty(world, "e2", "hua", rank=2)
    world.set_time("D2 03:10")
    call_urgently(world)

    assert acknowledge(world, "hua") == "not_authorised"
    world.set_time("D2 03:11")
    assert acknowledge(world, "min") == ""
    world.set_time("D2 04:00")

    shown = incident(world)
    assert shown["calling"]["state"] == "acknowledged"
    assert shown["answered_by"] == str(named("min"))
    assert whom_it_told(world) == ["min"]
    assert [event.caller_id for event in world.said(wire.DutyAcknowledged)] == [str(named("lan"))]
    assert acknowledge(world, "op") == "call_answered"


def test_the_desk_may_answer_and_a_closed_call_rings_nobody(world: OrdersHarness) -> None:
    put_on_duty(world, "e1", "min")
    world.set_time("D2 03:10")
    call_urgently(world)
    call_urgently(world, "u2", by="mei", person="mei")

    assert acknowledge(world, "op") == ""
    closed = world.call("POST", "op", f"/v1/incidents/{named('u2')}/closing", {"outcome": "well"})
    world.set_time("D2 03:30")

    assert closed.status_code == 200
    assert whom_it_told(world) == ["min", "min"]
    assert acknowledge(world, "min", "u2") == "call_ended"
    assert acknowledge(world, "min", "nothing") == "not_authorised"
    assert acknowledge(world, "lan") == "not_authorised"


def test_whoever_cannot_be_told_is_passed_over_at_once(world: OrdersHarness) -> None:
    put_on_duty(world, "e1", "min", rank=1)
    put_on_duty(world, "e2", "hua", rank=2)
    world.set_time("D2 03:10")
    call_urgently(world)

    lost = accounts.DutyNotReached(person_id=str(named("min")), incident_id=str(named("u1")))
    world.hear(lost, subject=lost.person_id)
    world.hear(lost, subject=lost.person_id)

    assert whom_it_told(world) == ["min", "hua"]
    assert [row["answer"] for row in incident(world)["rings"]] == ["unreached", "waiting"]


def test_a_unit_above_is_on_duty_for_those_below_but_called_after_them(world: OrdersHarness) -> None:
    world.person("guard", roles=["volunteer", "coordinator@d1"])
    assert put_on_duty(world, "e1", "guard", unit="d1", by="guard") == ""
    put_on_duty(world, "e2", "min", rank=9)
    world.set_time("D2 03:10")
    call_urgently(world)
    world.set_time("D2 03:12")

    assert whom_it_told(world) == ["min", "guard"]


def test_neither_whom_it_is_about_nor_who_calls_nor_the_suspended_are_told(world: OrdersHarness) -> None:
    put_on_duty(world, "e1", "min")
    put_on_duty(world, "e2", "lan")
    world.person("min", roles=["volunteer"], version=2, status="suspended")
    world.set_time("D2 03:10")

    assert call_urgently(world)["calling"]["state"] == "nobody_on_duty"


def test_only_the_coordinator_sets_who_is_on_duty_and_only_people_of_the_district(world: OrdersHarness) -> None:
    assert put_on_duty(world, "e1", "min", by="min") == "not_authorised"
    assert put_on_duty(world, "e2", "min", by="op") == "not_authorised"
    assert put_on_duty(world, "e9", "mei") == "not_for_duty", "who only receives help is told nobody's address"
    assert put_on_duty(world, "e3", "min", unit="k3") == "out_of_scope"
    assert put_on_duty(world, "e4", "coord_k3") == "record_not_found"
    assert put_on_duty(world, "e5", "min", start="D2 07:00", end="D2 07:00") == "duty_out_of_range"
    assert put_on_duty(world, "e6", "min") == ""
    assert put_on_duty(world, "e6", "min") == ""
    assert put_on_duty(world, "e6", "hua") == "id_reused"


@pytest.mark.parametrize("by", ["coord", "min"])
def test_a_time_on_duty_is_taken_back_by_the_coordinator_or_by_whom_it_binds(world: OrdersHarness, by: str) -> None:
    put_on_duty(world, "e1", "min")
    path = f"/v1/duty-roster/{named('e1')}"

    refused = outcome(world.call("DELETE", "hua", path))
    taken_back = outcome(world.call("DELETE", by, path))
    world.set_time("D2 03:10")

    assert (refused, taken_back) == ("not_authorised", "")
    assert call_urgently(world)["calling"]["state"] == "nobody_on_duty"
    assert outcome(world.call("DELETE", by, path)) == "duty_out_of_range"


def test_the_roster_shows_its_gaps(world: OrdersHarness) -> None:
    put_on_duty(world, "e1", "min", start="D1 20:00", end="D2 02:00")
    put_on_duty(world, "e2", "hua", start="D2 05:00", end="D2 08:00")
    query = f"unit={named('k1')}&from=2026-03-02T12:00:00Z&to=2026-03-03T00:00:00Z"

    gaps = world.call("GET", "coord", f"/v1/duty-roster/gaps?{query}").get_json()["gaps"]
    listed = world.call("GET", "coord", f"/v1/duty-roster?unit={named('k1')}").get_json()["items"]
    mine = world.call("GET", "min", "/v1/duty-roster").get_json()["items"]

    assert gaps == [{"from": "2026-03-02T18:00:00Z", "until": "2026-03-02T21:00:00Z"}]
    assert [row["person_id"] for row in listed] == [str(named("min")), str(named("hua"))]
    assert [row["entry_id"] for row in mine] == [str(named("e1"))]
    assert outcome(world.call("GET", "min", f"/v1/duty-roster/gaps?{query}")) == "not_authorised"
    assert outcome(world.call("GET", "min", f"/v1/duty-roster?unit={named('k1')}")) == "not_authorised"


def test_a_district_without_rules_is_no_reason_to_tell_nobody(world: OrdersHarness) -> None:
    put_on_duty(world, "e1", "min")
    with world.database.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM policy")
    world.set_time("D2 03:10")

    assert call_urgently(world)["calling"]["state"] == "calling"


@pytest.mark.parametrize("left", [{"roles": ["recipient"]}, {"roles": []}, {"roles": ["volunteer"], "status": "left"}])
def test_an_urgent_call_waits_for_nobody_who_has_left(world: OrdersHarness, left: dict[str, Any]) -> None:
    assert put_on_duty(world, "e1", "hua", rank=1) == ""
    assert put_on_duty(world, "e2", "min", rank=2) == ""
    world.set_time("D2 03:10")
    call_urgently(world)
    assert whom_it_told(world) == ["hua"]

    world.person("hua", version=2, **left)
    assert whom_it_told(world) == ["hua", "min"]
    world.person("hua", version=3, **left)
    call_urgently(world, "u2")

    assert whom_it_told(world) == ["hua", "min", "min"]
    assert incident(world)["calling"]["state"] == "calling"


def test_the_last_on_duty_whose_data_end_leaves_a_call_that_says_so(world: OrdersHarness) -> None:
    assert put_on_duty(world, "e1", "hua") == ""
    world.set_time("D2 03:10")
    call_urgently(world)

    world.forget("hua")

    assert incident(world)["calling"]["state"] == "unanswered"
    assert len(world.said(wire.DutyUnanswered)) == 1
