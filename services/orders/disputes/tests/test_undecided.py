"""A dispute that nobody decides ends by itself: what both sides say counts, nobody is paid without two signatures."""

from __future__ import annotations

import pytest

from libs.contracts.events import orders as wire
from services.orders.approving.tests.test_approving import confirmed, settled
from services.orders.tests.harness import OrdersHarness, named


def notices(world: OrdersHarness) -> list[tuple[str, str]]:
    """Return who was to be told what."""
    return [(notice.person_id, notice.purpose) for notice in world.said(wire.NoticeWanted)]


@pytest.mark.parametrize(("says", "counted"), [(30, 30), (600, 62)])
def test_what_both_say_waits_for_two_signatures(world: OrdersHarness, says: int, counted: int) -> None:
    confirmed(world)
    assert world.act("lan", "r1", "dispute", {"says_minutes": says}) == ""
    shown = [world.order("r1", by=who) for who in ("lan", "min", "check")]

    world.set_time("D16 10:01")
    before = world.state("r1")
    world.set_time("D40 08:00")

    assert [(order["falls_due"], order["falls_due_at"]) for order in shown] == [
        ("leave_undecided", "2026-03-17T02:02:00Z")
    ] * 3
    assert (before, world.state("r1")) == ("disputed", "confirmed")
    assert world.order("r1")["decided_minutes"] == counted
    assert world.act("coord", "r1", "approval") == ""
    assert (world.state("r1"), world.served("min")["total_minutes"]) == ("confirmed", 0)
    assert world.act("check", "r1", "second-check", {"ok": True}) == ""
    assert (world.state("r1"), world.served("min")["total_minutes"]) == ("settled", counted)


def test_it_happens_at_its_own_instant_once_however_late_somebody_looks(world: OrdersHarness) -> None:
    confirmed(world)
    world.act("lan", "r1", "dispute", {"says_minutes": 30})

    world.set_time("D60 08:00")

    steps = world.call("GET", "check", f"/v1/orders/{named('r1')}/evidence").get_json()["steps"]
    left = [step for step in steps if step["verb"] == "leave_undecided"]
    assert [(step["by"], step["to_state"]) for step in left] == [(None, "confirmed")]
    assert left[0]["at"] == "2026-03-17T02:02:00Z"


def test_where_they_agree_on_nothing_the_hours_are_refused_and_the_volunteer_is_told(world: OrdersHarness) -> None:
    confirmed(world)
    world.act("lan", "r1", "dispute", {"says_minutes": 0})

    world.set_time("D40 08:00")

    assert world.state("r1") == "rejected"
    assert [event.by for event in world.said(wire.HoursRejected)] == [""]
    assert (str(named("min")), "hours_refused") in notices(world)


def test_settled_hours_stay_as_they_are_and_a_waiting_decision_is_closed(world: OrdersHarness) -> None:
    settled(world)
    world.act("lan", "r1", "dispute", {"says_minutes": 10})
    world.set_time("D10 08:00")
    fewer = {"minutes": 10, "why": "camera", "second": str(named("check_b"))}
    assert world.act("check", "r1", "decision", fewer) == ""

    world.set_time("D40 08:00")

    evidence = world.call("GET", "check", f"/v1/orders/{named('r1')}/evidence").get_json()
    assert (world.state("r1"), world.served("min")["total_minutes"]) == ("settled", 62)
    assert [row["state"] for row in evidence["decisions"]] != ["proposed"]
    assert evidence["order"]["falls_due_at"] is None


def test_what_was_decided_in_time_does_not_fall_due(world: OrdersHarness) -> None:
    confirmed(world)
    world.act("lan", "r1", "dispute", {"says_minutes": 30})
    assert world.act("check", "r1", "decision", {"minutes": 40, "why": "a neighbour saw it"}) == ""

    world.set_time("D40 08:00")

    assert (world.state("r1"), world.served("min")["total_minutes"]) == ("settled", 40)
