"""A day's plan over HTTP: proposed under every gate, nothing assigned, and offers made of it once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest
from sqlalchemy.pool import QueuePool

from services.orders.core.rules.people import Place
from services.orders.matching.rules import planning
from services.orders.matching.usecases import plan_day, solving
from services.orders.tests.harness import OrdersHarness, at, named

DAY = "2026-03-06"
HOME, ACROSS = (31_230, 121_470), (31_265, 121_470)
"""Two homes four kilometres apart: forty minutes of way."""


@pytest.fixture
def asked(world: OrdersHarness) -> OrdersHarness:
    """Three visits of one day: two in one street, one later across the town."""
    world.person("pei", roles=["recipient"], home=ACROSS)
    for label, recipient, start in (("o1", "lan", "09:00"), ("o2", "mei", "09:30"), ("o3", "pei", "10:40")):
        assert world.place("coord", label, recipient=recipient, start=f"D5 {start}") == ""
    return world


def plan(world: OrdersHarness, by: str = "coord", **terms: Any) -> dict[str, Any]:
    """Ask for a plan of the day."""
    body = {"unit": str(named("k1")), "day": DAY, **terms}
    answer: dict[str, Any] = world.call("POST", by, "/v1/matches/plan", body).get_json()
    return answer


def days_of(answer: dict[str, Any]) -> dict[str, list[str]]:
    """Return who is proposed for which orders, by label."""
    labels = {str(named(label)): label for label in ("min", "hua", "o1", "o2", "o3")}
    return {
        labels[day["person_id"]]: [labels[visit["order_id"]] for visit in day["visits"]] for day in answer["volunteers"]
    }


def test_a_plan_fills_what_can_be_filled_and_gives_each_volunteer_a_day(asked: OrdersHarness) -> None:
    answer = plan(asked)

    days = days_of(answer)
    assert (answer["visits"], answer["filled"], answer["optimal"], answer["unfilled"]) == (3, 3, True, [])
    assert sorted(order for orders in days.values() for order in orders) == ["o1", "o2", "o3"]
    # From the one who is done at 10:30 nobody is across the town at once.
    assert ["o1", "o3"] in days.values()
    assert all(asked.state(label) == "published" for label in ("o1", "o2", "o3"))
    assert plan(asked) == answer


def test_who_served_her_before_is_proposed_to_her(asked: OrdersHarness) -> None:
    asked.place("coord", "o0", recipient="mei", start="D1 09:00")
    asked.act("hua", "o0", "assignment")
    asked.serve("o0", by="hua", start="D1 09:00", end="D1 10:01")

    answer = plan(asked)

    assert days_of(answer)["hua"] == ["o2"]
    (visit,) = next(day["visits"] for day in answer["volunteers"] if day["person_id"] == str(named("hua")))
    held = {reason["reason"]: reason["points"] for reason in visit["reasons"]}
    assert (held["served_before"], visit["helped_before"]) == (30, 1)


def move_away(world: OrdersHarness) -> None:
    for who in ("min", "hua"):
        world.person(who, roles=["volunteer"], home=(31_900, 121_470), version=2)


def stay_untrained(world: OrdersHarness) -> None:
    for who in ("min", "hua"):
        world.person(who, roles=["volunteer"], training=False, version=2)


def have_half_an_hour(world: OrdersHarness) -> None:
    world.policy({"plan": {"day_minutes_max": 30}}, version=2)


@pytest.mark.parametrize(
    ("bar", "reason", "codes"),
    [
        (move_away, "nobody_near", set()),
        (stay_untrained, "gates_shut", {"training_missing"}),
        (have_half_an_hour, "no_time_left", set()),
    ],
)
def test_what_cannot_be_filled_is_said_with_its_reason(
    asked: OrdersHarness, bar: Callable[[OrdersHarness], None], reason: str, codes: set[str]
) -> None:
    bar(asked)

    answer = plan(asked)

    assert (answer["filled"], answer["volunteers"]) == (0, [])
    assert {left["reason"] for left in answer["unfilled"]} == {reason}
    assert all(left["zh"] and left["zh"] != left["en"] for left in answer["unfilled"])
    assert {gate["code"] for left in answer["unfilled"] for gate in left["barred"]} == codes


def test_others_come_first_where_there_are_too_few(asked: OrdersHarness) -> None:
    asked.person("hua", roles=["volunteer"], status="suspended", version=2)

    answer = plan(asked)

    assert answer["filled"] == 2
    assert [left["reason"] for left in answer["unfilled"]] == ["others_first"]


def test_what_was_taken_before_keeps_its_place_and_its_minutes(asked: OrdersHarness) -> None:
    asked.person("hua", roles=["volunteer"], status="suspended", version=2)
    asked.place("coord", "o4", recipient="lan", start="D5 12:00", minutes=120)
    asked.act("min", "o4", "assignment")
    asked.policy({"plan": {"day_minutes_max": 180}}, version=2)

    answer = plan(asked)

    assert answer["filled"] == 1


def test_only_who_may_offer_there_is_given_a_plan(asked: OrdersHarness) -> None:
    for who in ("min", "lan", "coord_k2"):
        answer = asked.call("POST", who, "/v1/matches/plan", {"unit": str(named("k1")), "day": DAY})
        assert answer.status_code == 403, who


def test_too_much_is_refused_with_its_numbers(asked: OrdersHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "VISITS_MAX", 2)
    monkeypatch.setattr(plan_day, "VISITS_MAX", 2)

    answer = plan(asked)

    assert (answer["code"], answer["visits"], answer["visits_max"]) == ("plan_too_large", 3, 2)


def checked_out_now(world: OrdersHarness) -> int:
    """Return how many connections are in use."""
    return cast("QueuePool", world.database.engine.pool).checkedout()


def test_no_transaction_is_open_while_it_is_solved(asked: OrdersHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    checked_out = []

    def solve(problem: planning.Problem, *, seed: int) -> solving.Solution:
        checked_out.append(checked_out_now(asked))
        return solving.Solution((), is_optimal=False)

    monkeypatch.setattr("services.orders.matching.api.solve", solve)

    assert plan(asked)["filled"] == 0
    assert checked_out == [0]


def test_a_solver_that_fails_is_told_as_not_now(asked: OrdersHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solving, "PROCESS_SECONDS_MAX", 0.01)

    answer = asked.call("POST", "coord", "/v1/matches/plan", {"unit": str(named("k1")), "day": DAY})

    assert (answer.status_code, answer.get_json()["code"]) == (503, "plan_failed")


def offers_of(answer: dict[str, Any]) -> list[dict[str, str]]:
    """Return a plan as offers."""
    days = answer["volunteers"]
    return [{"order_id": visit["order_id"], "to": day["person_id"]} for day in days for visit in day["visits"]]


def test_a_plan_becomes_offers_once_however_often_it_is_sent(asked: OrdersHarness) -> None:
    offers = offers_of(plan(asked))

    first = asked.call("POST", "coord", "/v1/matches/plan/offers", {"offers": offers}, key="send").get_json()
    lapse = [asked.order(label)["offer_lapses_at"] for label in ("o1", "o2", "o3")]
    asked.set_time("D1 08:30")
    same = asked.call("POST", "coord", "/v1/matches/plan/offers", {"offers": offers}, key="send").get_json()
    again = asked.call("POST", "coord", "/v1/matches/plan/offers", {"offers": offers}).get_json()

    assert {row["result"] for row in first["items"]} == {"offered"}
    assert same == first == again
    assert [asked.order(label)["offer_lapses_at"] for label in ("o1", "o2", "o3")] == lapse
    assert {asked.state(label) for label in ("o1", "o2", "o3")} == {"published"}
    assert asked.act("min", "o1", "offers/acceptance") in ("", "not_offered_to_you")


def test_what_is_barred_stays_and_the_others_are_offered(asked: OrdersHarness) -> None:
    asked.relate("lan", "child", "min")
    asked.act("hua", "o2", "assignment")
    pairs = [("o1", "min"), ("o1", "hua"), ("o2", "min"), ("o3", "lan"), ("o3", "min")]
    offers = [{"order_id": str(named(order)), "to": str(named(who))} for order, who in pairs]

    rows = asked.call("POST", "coord", "/v1/matches/plan/offers", {"offers": offers}).get_json()["items"]

    assert [row.get("code", row["result"]) for row in rows] == [
        "related_party", "order_overlap", "wrong_order_state", "not_authorised", "offered",
    ]  # fmt: skip
    assert asked.call("POST", "min", "/v1/matches/plan/offers", {"offers": offers}).status_code == 403


def test_a_way_between_two_homes_takes_its_time() -> None:
    first, second = (Place(latitude * 1000, longitude * 1000) for latitude, longitude in (HOME, ACROSS))
    morning = planning.Stay(at("D5 09:00"), at("D5 10:00"), first)

    def beside(start: str, speed: int) -> bool:
        return planning.clash(planning.Stay(at(start), at("D5 12:00"), second), morning, metres_per_minute=speed)

    assert [beside("D5 10:38", 100), beside("D5 10:39", 100), beside("D5 10:39", 50)] == [True, False, True]


def test_whose_recipient_was_erased_meanwhile_is_in_no_plan(asked: OrdersHarness) -> None:
    asked.forget("pei")

    answer = plan(asked)

    assert (answer["visits"], answer["filled"]) == (2, 2)
    assert "o3" not in [order for orders in days_of(answer).values() for order in orders]
