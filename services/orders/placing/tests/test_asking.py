"""Who may ask for help, and the rules of asking."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

import pytest

from libs.contracts.events import accounts, orders as wire, redemption
from services.orders.tests.harness import OrdersHarness, at, named, said

ASKED: dict[str, Any] = {"recipient": "lan", "start": "D2 09:00"}


def acting(person: str, consent: str | None = "phone") -> dict[str, Any]:
    return {"acting_for": str(named(person)), "consent": said(consent) if consent else None, "why": "no phone"}


def test_programme_help_is_given_by_staff_only(world: OrdersHarness) -> None:
    world.person("nv", roles=[])
    world.relate("lan", "child", "nv")
    world.grant("lan", "nv")

    answers = {
        "the recipient": world.place("lan", "o1", **ASKED),
        "a relative": world.place("nv", "o2", **ASKED, **acting("lan")),
        "an operator in her own right": world.place("op", "o3", **ASKED),
        "without consent": world.place("op", "o4", **ASKED, **acting("lan", None)),
        "of another district": world.place("op_d2", "o5", **ASKED, **acting("lan")),
        "a coordinator of another unit": world.place("coord_k2", "o6", **ASKED),
        "an auditor": world.place("audit", "o7", **ASKED),
        "an operator acting for her": world.place("op", "o8", **ASKED, **acting("lan")),
        "her coordinator": world.place("coord", "o9", recipient="lan", start="D3 09:00"),
    }

    assert answers == {
        "the recipient": "not_authorised",
        "a relative": "not_authorised",
        "an operator in her own right": "not_authorised",
        "without consent": "consent_missing",
        "of another district": "out_of_scope",
        "a coordinator of another unit": "out_of_scope",
        "an auditor": "not_authorised",
        "an operator acting for her": "",
        "her coordinator": "",
    }
    assert len(world.said(wire.OrderPublished)) == 2


def test_kinship_alone_lets_nobody_act(world: OrdersHarness) -> None:
    world.person("ju", roles=["recipient"], hardship=["dibao"])
    for relative in ("son", "cousin", "declared", "stranger"):
        world.person(relative, roles=[])
    world.relate("ju", "child", "son")
    world.relate("ju", "other", "cousin")
    world.relate("ju", "child", "declared", verified=False)
    asked = {"recipient": "ju", "start": "D2 09:00", "funding": "pool", **acting("ju", "grant")}

    before = [world.place(who, f"o-{who}", **asked) for who in ("son", "cousin", "declared", "stranger")]
    world.grant("ju", "son")
    after = world.place("son", "o2", **asked)

    assert before == ["consent_missing", "not_authorised", "relation_not_verified", "not_authorised"]
    assert after == ""


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"service": "Z9"}, "service_not_found"),
        ({"minutes": 29}, "minutes_out_of_range"),
        ({"minutes": 241}, "minutes_out_of_range"),
        ({"funding": "purchased"}, "funding_not_allowed"),
        ({"funding": "credit"}, "funding_not_allowed"),
        ({"service": "E2", "funding": "pool"}, "funding_not_allowed"),
        ({"funding": "pool"}, "not_eligible_for_pool"),
        ({"start": "D1 07:00"}, "start_passed"),
    ],
)
def test_a_rule_of_asking_refuses_and_changes_nothing(world: OrdersHarness, change: dict[str, Any], code: str) -> None:
    assert world.place("coord", "o1", **{**ASKED, **change}) == code

    assert world.said() == []
    assert world.call("GET", "cadmin", f"/v1/orders/{named('o1')}").status_code == 404


def test_bathing_is_barred_at_moderate_unless_it_is_purchased(world: OrdersHarness) -> None:
    world.person("mo", roles=["recipient"], grade="moderate")
    asked = {"recipient": "mo", "service": "A3"}

    assert world.place("coord", "o1", **asked, start="D2 09:00") == "grade_outside_limits"
    assert world.place("mo", "o2", **asked, start="D2 09:00", funding="purchased") == ""
    assert world.state("o2") == "published"


def test_help_for_one_person_may_touch_but_not_overlap(world: OrdersHarness) -> None:
    world.place("coord", "o1", **ASKED)

    assert world.place("coord", "o2", recipient="lan", start="D2 09:59") == "recipient_overlap"
    assert world.place("coord", "o3", recipient="lan", start="D2 10:00") == ""
    assert world.place("coord", "o4", recipient="mei", start="D2 09:00") == ""


def test_an_overlapping_redemption_is_declined_with_the_code(world: OrdersHarness) -> None:
    world.place("coord", "o1", **ASKED)

    world.redeem("r1", recipient="lan", start="D2 09:30")

    (declined,) = world.said(wire.OrderDeclined)
    assert (declined.code, declined.funding, world.state("r1")) == ("recipient_overlap", "credit", "declined")


def test_a_redemption_heard_twice_opens_one_order(world: OrdersHarness) -> None:
    world.redeem("r1", recipient="lan", start="D2 09:00")

    world.redeem("r1", recipient="lan", start="D2 09:00")

    assert (world.state("r1"), len(world.said(wire.OrderPlaced)), world.said(wire.OrderDeclined)) == (
        "published",
        1,
        [],
    )


def test_a_redemption_under_the_id_of_another_order_is_declined(world: OrdersHarness) -> None:
    world.place("coord", "o1", **ASKED)

    world.redeem("o1", recipient="mei", start="D2 09:00")

    (declined,) = world.said(wire.OrderDeclined)
    assert (declined.code, declined.funding) == ("id_reused", "credit")
    assert (world.state("o1"), world.order("o1")["funding"]) == ("published", "programme")


def test_a_district_without_rules_gives_no_help(world: OrdersHarness) -> None:
    world.person("boss", roles=["coordinator@city"], unit="city")
    world.person("nomad", roles=["recipient"], unit="city")

    assert world.place("boss", "o1", recipient="nomad", start="D2 09:00") == "policy_missing"


def test_the_dead_and_the_suspended_get_nothing_new(world: OrdersHarness) -> None:
    world.person("dead", roles=["recipient"], status="deceased")
    world.person("out", roles=["recipient"], status="suspended", hardship=["dibao"])

    assert world.place("coord", "o1", recipient="dead", start="D2 09:00") == "wallet_frozen"
    assert world.place("out", "o2", recipient="out", start="D2 09:00", funding="pool") == "person_suspended"


def test_the_programme_budget_counts_plans_and_then_what_was_issued(world: OrdersHarness) -> None:
    world.policy({"programme": {"monthly_budget_minutes": 200}}, version=2)
    month_end = "D31 09:00"

    placed = [
        world.place("coord", "o1", recipient="lan", start="D2 09:00", minutes=120),
        world.place("coord", "o2", recipient="mei", start="D3 09:00", minutes=60),
        world.place("coord", "o3", recipient="mei", start="D4 09:00", minutes=30),
        world.place("coord", "a1", recipient="mei", start=month_end, minutes=120),
    ]
    world.act("min", "o1", "assignment")
    world.serve("o1", by="min", start="D2 09:00", end="D2 10:40")
    world.act("lan", "o1", "confirmation")
    world.act("coord_b", "o1", "approval")
    later = [
        world.place("coord", "o4", recipient="lan", start="D5 09:00", minutes=60),
        world.place("coord", "o5", recipient="lan", start="D5 09:00", minutes=50),
        world.act("coord", "o2", "cancellation"),
        world.place("coord", "o6", recipient="mei", start="D6 09:00", minutes=60),
        world.place("coord", "o7", recipient="mei", start="D7 09:00", minutes=30),
    ]

    assert placed == ["", "", "programme_budget_exhausted", ""]
    assert later == ["programme_budget_exhausted", "", "", "", "programme_budget_exhausted"]


def test_no_budget_means_no_programme_funded_help(world: OrdersHarness) -> None:
    world.policy({"programme": {"monthly_budget_minutes": None}}, version=2)

    assert world.place("coord", "o1", **ASKED) == "programme_budget_exhausted"


def test_where_review_is_required_an_order_waits_unfunded(world: OrdersHarness) -> None:
    world.policy({"order": {"review_required": True}}, version=2)
    world.redeem("r1", recipient="lan", start="D2 09:00")
    world.redeem("r2", recipient="lan", start="D3 09:00")
    world.place("coord", "o1", recipient="mei", start="D2 09:00")
    waiting = (world.queue("review"), len(world.said(wire.FundingRequested)))

    passed = [world.act("coord", "r1", "review", {"ok": True}), world.act("coord", "o1", "review", {"ok": True})]
    refused = world.act("coord", "r2", "review", {"ok": False, "why": "twice"})

    assert waiting == ({str(named(label)) for label in ("r1", "r2", "o1")}, 0)
    assert (passed, refused) == (["", ""], "")
    assert [world.state(label) for label in ("r1", "o1", "r2")] == ["published", "published", "declined"]
    assert world.act("min", "r1", "review", {"ok": True}) == "not_authorised"
    assert world.act("coord", "r1", "review", {"ok": True}) == "wrong_order_state"


def test_a_cancelled_order_releases_what_was_set_aside(world: OrdersHarness) -> None:
    world.redeem("r1", recipient="lan", start="D2 09:00")
    world.act("min", "r1", "assignment")

    answers = [world.act(who, "r1", "cancellation") for who in ("mei", "coord_k2", "lan", "lan")]

    assert answers == ["not_authorised", "out_of_scope", "", "wrong_order_state"]
    (cancelled,) = world.said(wire.OrderCancelled)
    assert cancelled.funding == "credit"
    assert world.served("min")["marks"] == {"no_shows": 0, "late_cancellations": 0}


def test_a_late_cancellation_is_noted_on_the_order(world: OrdersHarness) -> None:
    world.redeem("r1", recipient="lan", start="D2 14:00")
    world.act("min", "r1", "assignment")
    world.set_time("D2 02:01")

    world.act("lan", "r1", "cancellation")

    assert world.order("r1")["late_cancelled"] is True


def test_who_prefers_to_wait_learns_what_became_of_the_funding(world: OrdersHarness) -> None:
    world.person("ju", roles=["recipient"], hardship=["dibao"])
    headers = {"Authorization": f"Bearer {world.token('ju')}", "Prefer": "wait=5"}
    body = {"recipient_id": str(named("ju")), "service": "B1", "minutes": 60, "funding": "pool"}
    answered = threading.Event()

    def answer_when_asked() -> None:
        while not world.said(wire.FundingRequested) and not answered.wait(0.05):
            pass
        world.settle()

    ledger = threading.Thread(target=answer_when_asked)
    path = f"/v1/orders/{named('o1')}"

    ledger.start()
    shown = world.app.test_client().put(path, headers=headers, json={**body, "start": at("D2 09:00").isoformat()})
    answered.set()
    ledger.join()

    assert (shown.status_code, shown.get_json()["state"]) == (201, "published")


def test_an_answer_that_comes_after_the_cancellation_changes_nothing(world: OrdersHarness) -> None:
    world.person("ju", roles=["recipient"], hardship=["dibao"])
    world.heard = 10**6
    world.place("ju", "o1", recipient="ju", start="D2 09:00", funding="pool")
    world.act("ju", "o1", "cancellation")

    world.heard = 0
    world.settle()

    assert world.state("o1") == "cancelled"
    assert world.said(wire.OrderPublished) == []


def test_orders_of_the_dead_are_cancelled_and_those_they_took_are_open_again(world: OrdersHarness) -> None:
    world.person("ying", roles=["recipient", "volunteer"], born=date(1960, 1, 1))
    world.redeem("r1", recipient="ying", start="D2 09:00")
    world.redeem("r2", recipient="lan", start="D3 09:00")
    world.act("ying", "r2", "assignment")

    died = accounts.PersonDied(person_id=str(named("ying")), died_on="2026-03-02", district_id=str(named("d1")))
    world.hear(died, subject=died.person_id)

    assert [world.state("r1"), world.state("r2")] == ["cancelled", "published"]
    assert world.order("r2")["volunteers"] == []
    assert world.served("ying")["marks"]["late_cancellations"] == 0
    for who in (
        "ying",
        "coord",
    ):  # Also after the death was found mistaken: what was lost is there to be asked for again.
        listed = world.call("GET", who, f"/v1/orders?person={named('ying')}&state=cancelled").get_json()["items"]
        assert [row["order_id"] for row in listed] == [str(named("r1"))]
    assert (
        world.call("GET", "coord", f"/v1/orders/{named('r1')}/evidence").get_json()["steps"][-1]["why"] == "person_died"
    )


def test_nobody_takes_it_so_it_expires_and_is_referred(world: OrdersHarness) -> None:
    world.redeem("r1", recipient="lan", start="D8 09:00")
    world.set_time("D2 07:59")
    early = world.queue("no_taker")
    world.set_time("D2 08:00")
    waiting = world.queue("no_taker")
    world.set_time("D7 08:59")
    last = world.state("r1")
    world.set_time("D7 09:00")

    referred = redemption.FallbackReferred(order_id=str(named("r1")), fallback="market")
    world.hear(referred, subject=referred.order_id)

    assert (early, waiting, last) == (set(), {str(named("r1"))}, "published")
    assert (world.state("r1"), world.order("r1")["fallback"]) == ("expired", "market")
    (expired,) = world.said(wire.OrderExpired)
    assert expired.funding == "credit"
    assert world.act("min", "r1", "assignment") == "wrong_order_state"


def test_what_is_due_happens_in_its_order_and_at_its_own_instant(world: OrdersHarness) -> None:
    world.redeem("r1", recipient="lan", start="D3 20:00")
    world.redeem("r2", recipient="mei", start="D1 14:00")

    world.set_time("D9 08:00")

    steps = [
        world.call("GET", "cadmin", f"/v1/orders/{named(label)}/evidence").get_json()["steps"][-1]
        for label in ("r2", "r1")
    ]
    assert [step["at"] for step in steps] == ["2026-03-02T06:00:00Z", "2026-03-04T00:00:00Z"]
    assert at("D1 14:00") < at("D3 08:00")
