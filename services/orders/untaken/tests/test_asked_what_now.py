"""Before help that nobody takes expires, its recipient is asked: wait, another time, or be referred."""

from __future__ import annotations

import pytest

from libs.contracts.events import orders as wire
from services.orders.tests.harness import OrdersHarness, at, named, said


def asked_of(world: OrdersHarness, order: str = "r1") -> list[str]:
    """Return who was to be asked what now of an order."""
    notices = [notice for notice in world.said(wire.NoticeWanted) if notice.purpose == "what_now"]
    return [notice.person_id for notice in notices if notice.order_id == str(named(order))]


def steps_of(world: OrdersHarness, order: str = "r1") -> list[str]:
    """Return what was done to an order, the first on top."""
    steps = world.call("GET", "check", f"/v1/orders/{named(order)}/evidence").get_json()["steps"]
    return [step["verb"] for step in steps]


@pytest.fixture
def asked(world: OrdersHarness) -> OrdersHarness:
    """Nobody took an order that expires on D7 09:00, and its recipient was asked twelve hours before."""
    world.redeem("r1", recipient="lan", start="D8 09:00")
    world.set_time("D6 21:00")
    return world


def test_the_recipient_is_asked_once_before_it_expires_and_stands_on_the_list(world: OrdersHarness) -> None:
    world.redeem("r1", recipient="lan", start="D8 09:00")
    world.set_time("D6 20:59")
    early = (asked_of(world), world.queue("what_now"), world.act("lan", "r1", "waiting"))
    world.set_time("D6 21:00")

    assert early == ([], set(), "not_asked_yet")
    assert asked_of(world) == [str(named("lan"))]
    assert world.queue("what_now") == {str(named("r1"))}
    assert world.order("r1")["asked_at"] == "2026-03-07T13:00:00Z"
    world.set_time("D7 08:59")
    assert (steps_of(world).count("ask_what_now"), len(asked_of(world))) == (1, 1)


def test_a_relative_who_asked_is_asked_too_and_may_answer(world: OrdersHarness) -> None:
    world.person("nv", roles=[])
    world.relate("lan", "child", "nv")
    world.grant("lan", "nv")
    world.redeem("r1", recipient="lan", start="D8 09:00", by="nv")
    world.set_time("D6 21:00")

    assert sorted(asked_of(world)) == sorted([str(named("lan")), str(named("nv"))])
    assert world.act("nv", "r1", "waiting", {"acting_for": str(named("lan")), "consent": said("grant")}) == ""
    assert world.order("r1")["wait_until"] == "2026-03-09T01:00:00Z"


def test_at_short_notice_she_is_asked_half_way(world: OrdersHarness) -> None:
    world.redeem("r1", recipient="lan", start="D1 14:00")

    world.set_time("D1 10:59")
    early = asked_of(world)
    world.set_time("D1 11:00")

    assert (early, len(asked_of(world))) == ([], 1)


def test_she_waits_until_the_start_or_until_she_says(asked: OrdersHarness) -> None:
    refused = [
        asked.act("lan", "r1", "waiting", {"until": at(until).isoformat()}) for until in ("D6 20:00", "D8 09:01")
    ]
    assert asked.act("lan", "r1", "waiting", {"until": at("D7 20:00").isoformat()}) == ""
    asked.set_time("D7 19:59")
    assert (refused, asked.state("r1"), asked.queue("what_now")) == (["wait_out_of_range"] * 2, "published", set())
    assert asked.act("lan", "r1", "waiting") == ""
    asked.set_time("D8 08:59")
    still = asked.state("r1")
    asked.set_time("D8 09:00")

    assert (still, asked.state("r1"), len(asked_of(asked))) == ("published", "expired", 1)


def test_who_may_answer(asked: OrdersHarness) -> None:
    acting = {"acting_for": str(named("lan")), "why": "no phone"}
    answers = {
        "somebody else": asked.act("mei", "r1", "waiting"),
        "an operator in her own right": asked.act("op", "r1", "waiting"),
        "an operator without consent": asked.act("op", "r1", "waiting", acting),
        "an operator of another district": asked.act("op_d2", "r1", "waiting", {**acting, "consent": said()}),
        "an auditor": asked.act("audit", "r1", "waiting"),
        "the desk on the telephone": asked.act("op", "r1", "waiting", {**acting, "consent": said()}),
        "her coordinator": asked.act("coord", "r1", "waiting"),
    }

    assert answers == {
        "somebody else": "not_authorised",
        "an operator in her own right": "not_authorised",
        "an operator without consent": "consent_missing",
        "an operator of another district": "out_of_scope",
        "an auditor": "not_authorised",
        "the desk on the telephone": "",
        "her coordinator": "",
    }


def test_the_time_is_changed_and_all_begins_anew_with_what_is_set_aside(asked: OrdersHarness) -> None:
    acts = {act["act"]: act["allowed"] for act in asked.order("r1", "lan")["acts"]}
    assert {name: acts[name] for name in ("wait", "change_time", "be_referred")} == dict.fromkeys(
        ("wait", "change_time", "be_referred"), True
    )
    assert asked.act("lan", "r1", "time", {"start": at("D12 15:00").isoformat()}) == ""

    order = asked.order("r1")
    assert (order["state"], order["start"], order["asked_at"]) == ("published", "2026-03-13T07:00:00Z", None)
    assert order["published_at"] == "2026-03-07T13:00:00Z"
    first, second = asked.said(wire.FundingRequested)
    assert (first.order_id, first.price_minutes) == (second.order_id, second.price_minutes)
    assert asked.said(wire.OrderCancelled) == asked.said(wire.OrderExpired) == []
    assert asked.act("min", "r1", "assignment") == ""
    asked.set_time("D12 15:00")
    assert asked.state("r1") == "taken"


@pytest.mark.parametrize(
    ("start", "code"),
    [("D6 20:00", "start_passed"), ("D8 09:00", "time_unchanged"), ("D9 09:30", "recipient_overlap")],
)
def test_another_time_obeys_the_rules_of_asking(asked: OrdersHarness, start: str, code: str) -> None:
    asked.redeem("r2", recipient="lan", start="D9 09:00")

    assert asked.act("lan", "r1", "time", {"start": at(start).isoformat()}) == code
    assert asked.order("r1")["start"] == "2026-03-09T01:00:00Z"


def test_a_time_that_costs_another_price_is_asked_for_anew(asked: OrdersHarness) -> None:
    asked.policy({"coef": {"table": {"B1": 120}}}, version=2)

    assert asked.act("lan", "r1", "time", {"start": at("D9 09:00").isoformat()}) == "price_differs"


def test_what_somebody_has_taken_for_its_time_keeps_it(world: OrdersHarness) -> None:
    world.redeem("r1", recipient="lan", start="D8 09:00", persons=2)
    world.set_time("D6 21:00")
    assert world.act("min", "r1", "assignment") == ""

    assert world.act("lan", "r1", "time", {"start": at("D9 09:00").isoformat()}) == "somebody_comes"
    assert world.act("min", "r1", "waiting", {"acting_for": str(named("lan")), "consent": said()}) == "not_authorised"


def test_help_of_the_programme_obeys_the_budget_of_its_new_month(world: OrdersHarness) -> None:
    world.policy({"programme": {"monthly_budget_minutes": 60}})
    assert world.place("coord", "o1", recipient="lan", start="D8 09:00") == ""
    assert world.place("coord", "o2", recipient="mei", start="D31 09:00") == ""
    world.set_time("D6 21:00")

    assert world.act("lan", "o1", "time", {"start": at("D9 09:00").isoformat()}) == ""
    assert world.order("o1")["state"] == "published"
    world.set_time("D8 09:00")
    assert world.order("o1")["asked_at"] is not None
    assert world.act("lan", "o1", "time", {"start": at("D32 09:00").isoformat()}) == "programme_budget_exhausted"


def test_she_is_referred_at_once_and_no_other_answer_counts_any_more(asked: OrdersHarness) -> None:
    assert asked.act("lan", "r1", "referral") == ""

    (expired,) = asked.said(wire.OrderExpired)
    assert (asked.state("r1"), expired.funding, expired.start_at_us > 0) == ("expired", "credit", True)
    assert [asked.act("lan", "r1", act) for act in ("waiting", "referral")] == ["wrong_order_state"] * 2
    assert asked.act("lan", "r1", "time", {"start": at("D9 09:00").isoformat()}) == "wrong_order_state"
    assert asked.act("min", "r1", "assignment") == "wrong_order_state"
    asked.set_time("D9 09:00")
    assert len(asked.said(wire.OrderExpired)) == 1


def test_taken_while_she_was_asked_it_is_taken(asked: OrdersHarness) -> None:
    assert asked.act("min", "r1", "assignment") == ""

    assert [asked.act("lan", "r1", act) for act in ("waiting", "referral")] == ["wrong_order_state"] * 2
    asked.set_time("D7 09:00")
    assert (asked.state("r1"), asked.queue("what_now")) == ("taken", set())


def test_an_answer_after_it_has_expired_changes_nothing(asked: OrdersHarness) -> None:
    asked.set_time("D7 09:00")

    assert asked.act("lan", "r1", "waiting") == "wrong_order_state"
    assert asked.state("r1") == "expired"


def test_where_the_rules_say_so_silence_waits_until_the_start(world: OrdersHarness) -> None:
    world.policy({"fallback": {"unanswered": "wait"}})
    world.redeem("r1", recipient="lan", start="D8 09:00")

    world.set_time("D8 08:59")
    waiting = (world.state("r1"), steps_of(world)[-1])
    world.set_time("D8 09:00")

    assert (waiting, world.state("r1")) == (("published", "wait"), "expired")
