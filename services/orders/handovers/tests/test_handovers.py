"""What waits for somebody who leaves goes to a colleague, as far as they may have it, or stands on a list."""

from __future__ import annotations

from typing import Any

import pytest

from libs.contracts.events import accounts, orders as wire
from services.orders.approving.tests.test_approving import disputed_after_settlement
from services.orders.duty.tests.test_duty import call_urgently, incident, put_on_duty, whom_it_told
from services.orders.tests.harness import OrdersHarness, named, outcome
from services.orders.visits import store as visits


def hand_over(world: OrdersHarness, label: str, giver: str, receiver: str, *kinds: str, unit: str = "k1") -> Any:
    said = len(world.said(wire.WorkMoved))
    event = accounts.WorkHandedOver(
        handover_id=str(named(label)),
        person_id=str(named(giver)),
        to_id=str(named(receiver)),
        unit_id=str(named(unit)),
        kinds=kinds,
        by=str(named("admin")),
    )
    world.hear(event, subject=event.handover_id)
    (*_, moved) = world.said(wire.WorkMoved)
    assert len(world.said(wire.WorkMoved)) == said + 1
    return {result.kind: (result.moved, result.left) for result in moved.results}


def open_work(world: OrdersHarness, by: str, *, of: str | None = None, unit: str = "k1") -> list[tuple[str, str]]:
    whose = f"&person={named(of)}" if of else ""
    answer = world.call("GET", by, f"/v1/open-work?unit={named(unit)}{whose}")
    assert answer.status_code == 200, answer.get_json()
    by_id = {str(named(label)): label for label in world.roles}
    return [(row["kind"], by_id[row["holder_id"]]) for row in answer.get_json()["items"]]


def visited(world: OrdersHarness, label: str, visitor: str) -> None:
    if label not in world.roles:
        world.person(label, roles=["recipient"], visit_risk="general", visit_listed_on="2026-03-02")
    body = {"visitor_id": str(named(visitor))}
    assert outcome(world.call("POST", "coord", f"/v1/visit-plans/{named(label)}/visitor", body)) == ""


def visitor_of(world: OrdersHarness, label: str) -> Any:
    with world.database.reading() as connection:
        row = visits.visitor_of(connection, named(label))
    return row["visitor_id"] if row else None


def test_times_on_duty_move_and_what_has_been_of_them_stays(world: OrdersHarness) -> None:
    assert put_on_duty(world, "e1", "hua") == ""
    assert put_on_duty(world, "e2", "hua", start="D3 22:00", end="D4 07:00") == ""
    world.set_time("D2 03:10")
    call_urgently(world)

    assert hand_over(world, "h1", "hua", "min", "duty") == {"duty": (2, 0)}

    assert whom_it_told(world) == ["hua", "min"]
    assert incident(world)["calling"]["state"] == "calling"
    assert open_work(world, "coord", of="hua") == []
    assert open_work(world, "coord", of="min") == [("duty", "min"), ("duty", "min")]
    query = f"?unit={named('k1')}&from=2026-03-01T00:00:00Z"
    roster = world.call("GET", "coord", f"/v1/duty-roster{query}").get_json()["items"]
    assert [row["person_id"] for row in roster].count(str(named("hua"))) == 1


def test_who_is_on_duty_elsewhere_still_is_rung_still(world: OrdersHarness) -> None:
    assert put_on_duty(world, "e1", "hua") == ""
    assert put_on_duty(world, "e2", "hua", unit="k2", by="coord_k2") == ""
    world.set_time("D2 03:10")
    call_urgently(world)

    hand_over(world, "h1", "hua", "min", "duty")

    assert whom_it_told(world) == ["hua"]


@pytest.mark.parametrize("receiver", ["lan", "coord_d2"])
def test_a_time_on_duty_stays_where_the_receiver_may_not_have_it(world: OrdersHarness, receiver: str) -> None:
    if receiver not in world.roles:
        world.person(receiver, roles=["coordinator@k3"], unit="k3")
    assert put_on_duty(world, "e1", "hua") == ""

    assert hand_over(world, "h1", "hua", receiver, "duty") == {"duty": (0, 1)}

    assert open_work(world, "coord", of="hua") == [("duty", "hua")]


def test_whom_somebody_visits_is_visited_by_the_next_if_they_may(world: OrdersHarness) -> None:
    for label in ("w1", "w2"):
        visited(world, label, "hua")
    world.person("w2", version=2, roles=["recipient"])  # Off the list meanwhile.

    assert hand_over(world, "h1", "hua", "min", "visits") == {"visits": (1, 1)}
    assert hand_over(world, "h1", "hua", "min", "visits") == {"visits": (0, 1)}

    assert (visitor_of(world, "w1"), visitor_of(world, "w2")) == (named("min"), named("hua"))
    assert hand_over(world, "h2", "min", "coord", "visits") == {"visits": (0, 1)}
    assert [event.visitor_id for event in world.said(wire.VisitorAssigned)][-1] == str(named("min"))
    assert len(world.said(wire.VisitorReleased)) == 1


def test_only_what_is_asked_for_moves_and_only_there(world: OrdersHarness) -> None:
    visited(world, "w1", "hua")
    assert put_on_duty(world, "e1", "hua") == ""

    assert hand_over(world, "h1", "hua", "min", "visits", "duty", unit="k2") == {"duty": (0, 0), "visits": (0, 0)}
    assert hand_over(world, "h2", "hua", "min", "visits") == {"visits": (1, 0)}

    assert open_work(world, "coord", of="hua") == [("duty", "hua")]


def test_what_who_left_has_left_behind_stands_on_the_list_until_somebody_takes_it(world: OrdersHarness) -> None:
    visited(world, "w1", "hua")
    assert put_on_duty(world, "e1", "hua") == ""
    assert open_work(world, "coord") == []

    world.person("hua", version=2, roles=["recipient"])

    assert open_work(world, "coord") == [("duty", "hua"), ("visits", "hua")]
    assert open_work(world, "admin", unit="d1") == [("duty", "hua"), ("visits", "hua")]
    visited(world, "w1", "min")
    assert open_work(world, "coord") == [("duty", "hua")]
    hand_over(world, "h1", "hua", "coord", "duty")
    assert open_work(world, "coord") == []


def test_a_second_word_goes_to_who_had_no_hand_in_the_order(world: OrdersHarness) -> None:
    disputed_after_settlement(world)
    assert open_work(world, "coord", of="check_b") == [("second_word", "check_b")]

    for hand in ("check", "coord", "op", "lan"):  # Its maker, no role for it, none at all.
        assert hand_over(world, f"to-{hand}", "check_b", hand, "second_word") == {"second_word": (0, 1)}
    world.person("check_c", roles=["checker@s1"])
    world.relate("lan", "child", "check_c")
    assert hand_over(world, "kin", "check_b", "check_c", "second_word") == {"second_word": (0, 1)}
    assert hand_over(world, "ok", "check_b", "admin", "second_word") == {"second_word": (1, 0)}

    confirmed = [world.act(who, "r1", "decision/confirmation", {"ok": True}) for who in ("check_b", "check", "admin")]
    assert confirmed == ["not_authorised", "maker_is_checker", ""]
    assert hand_over(world, "late", "admin", "check_b", "second_word") == {"second_word": (0, 0)}


def test_a_second_word_of_who_lost_the_role_is_left_behind(world: OrdersHarness) -> None:
    disputed_after_settlement(world)
    assert open_work(world, "coord") == []

    world.person("check_b", version=2, roles=["volunteer"])

    assert open_work(world, "coord") == [("second_word", "check_b")]


def test_open_work_is_shown_to_staff_of_the_unit_only(world: OrdersHarness) -> None:
    path = f"/v1/open-work?unit={named('k1')}"

    refused = [outcome(world.call("GET", by, path)) for by in ("min", "lan", "coord_k2", "audit")]

    assert refused == ["not_authorised"] * 4
