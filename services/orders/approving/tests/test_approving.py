"""Signatures: maker is not checker, bulk, second check, rejection, disputes, reversal."""

from __future__ import annotations

from typing import Any

import pytest

from libs.contracts.events import orders as wire
from services.orders.tests.harness import OrdersHarness, named, said

ZERO = (0, 0, 0)


def confirmed(
    world: OrdersHarness,
    label: str = "r1",
    *,
    by: str = "min",
    recipient: str = "lan",
    end: str = "D1 10:02",
    code: bool = True,
) -> None:
    world.redeem(label, recipient=recipient, start="D1 09:00")
    assert world.act(by, label, "assignment") == ""
    world.serve(label, by=by, start="D1 09:00", end=end, code=code)
    assert world.act(recipient, label, "confirmation") == ""


def settled(world: OrdersHarness) -> None:
    confirmed(world)
    assert world.act("coord", "r1", "approval") == ""


def time_of(world: OrdersHarness, label: str) -> tuple[int, int, int]:
    book = world.served(label)
    return book["total_minutes"], book["verified_minutes"], book["attested_minutes"]


def test_nobody_approves_their_own_or_a_relatives_hours(world: OrdersHarness) -> None:
    world.person("wang", roles=["volunteer", "coordinator@k1"], household="w")
    world.person("zhao", roles=["coordinator@k1"])
    world.person("mate", roles=["coordinator@k1"], household="w")
    world.person("niece", roles=["coordinator@k1"])
    world.relate("wang", "spouse", "zhao")
    world.relate("lan", "grandchild", "niece", verified=False, by="niece")
    confirmed(world, by="wang")

    answers = {
        who: world.act(who, "r1", "approval")
        for who in ("wang", "zhao", "mate", "niece", "coord_k2", "op", "audit", "lan", "coord")
    }

    assert answers == {
        "wang": "self_approval",
        "zhao": "approver_related",
        "mate": "approver_related",
        "niece": "approver_related",
        "coord_k2": "out_of_scope",
        "op": "not_authorised",
        "audit": "not_authorised",
        "lan": "not_authorised",
        "coord": "",
    }


def test_nobody_keeps_others_from_signing_by_declaring_them_relatives(world: OrdersHarness) -> None:
    for who in ("coord", "coord_b", "check", "check_b"):
        world.relate("min", "sibling", who, verified=False)
        world.relate(who, "sibling", "lan", verified=False, by="lan")
    confirmed(world)

    assert world.act("coord", "r1", "approval") == ""
    world.act("lan", "r1", "dispute", {"says_minutes": 30})
    assert (
        world.act("check", "r1", "decision", {"minutes": 30, "why": "heard both", "second": str(named("check_b"))})
        == ""
    )
    assert world.act("check_b", "r1", "decision/confirmation", {"ok": True}) == ""


@pytest.mark.parametrize("funding", ["programme", "pool"])
def test_who_placed_an_order_from_public_credit_signs_neither_time(world: OrdersHarness, funding: str) -> None:
    world.person("ju", roles=["recipient"], hardship=["dibao"])
    world.person("both", roles=["coordinator@k1", "checker@s1"])
    world.place("both", "o1", recipient="ju", start="D1 09:00", funding=funding)
    world.act("min", "o1", "assignment")
    world.serve("o1", by="min", start="D1 09:00", end="D1 10:02", code=False)
    world.act("ju", "o1", "confirmation")

    first = [world.act(who, "o1", "approval") for who in ("both", "coord")]
    second = [world.act(who, "o1", "second-check", {"ok": True}) for who in ("both", "coord", "coord_b", "check")]

    assert first == ["maker_is_checker", ""]
    assert second == ["maker_is_checker", "not_authorised", "not_authorised", ""]
    assert world.state("o1") == "settled"


def test_who_confirmed_for_the_recipient_signs_neither_time(world: OrdersHarness) -> None:
    world.person("both", roles=["coordinator@k1", "checker@s1"])
    world.redeem("r1", recipient="lan", start="D1 09:00")
    world.act("min", "r1", "assignment")
    world.serve("r1", by="min", start="D1 09:00", end="D1 10:02", code=False)
    world.act("both", "r1", "confirmation", {"acting_for": str(named("lan")), "consent": said()})

    first = [world.act(who, "r1", "approval") for who in ("both", "coord")]
    second = [world.act(who, "r1", "second-check", {"ok": True}) for who in ("both", "check")]

    assert (first, second) == (["maker_is_checker", ""], ["maker_is_checker", ""])


def test_flagged_hours_need_two_signatures_of_two_people(world: OrdersHarness) -> None:
    world.person("both", roles=["coordinator@k1", "checker@s1"])
    confirmed(world, code=False)
    early = world.act("check", "r1", "second-check", {"ok": True})
    world.act("both", "r1", "approval")
    waiting = (world.state("r1"), world.queue("approval"), world.queue("second_check"), time_of(world, "min"))

    answers = [
        world.act("both", "r1", "second-check", {"ok": True}),
        world.act("check", "r1", "second-check", {"ok": True}),
    ]

    assert early == "wrong_order_state"
    assert waiting == ("confirmed", set(), {str(named("r1"))}, ZERO)
    assert answers == ["maker_is_checker", ""]
    assert (world.state("r1"), time_of(world, "min")) == ("settled", (62, 0, 62))
    (approved,) = world.said(wire.HoursApproved)
    assert list(approved.approver_ids) == [str(named("both")), str(named("check"))]
    assert approved.hours[0].evidence_class == "attested"


def test_bulk_approval_passes_the_clean_and_leaves_the_others_with_their_code(world: OrdersHarness) -> None:
    for label, recipient, volunteer in (("o1", "lan", "min"), ("o2", "mei", "hua")):
        world.place("coord", label, recipient=recipient, start="D1 09:00")
        world.act(volunteer, label, "assignment")
    world.set_time("D1 09:00")
    world.act("min", "o1", "check-in", {"code": world.code("o1")})
    world.act("hua", "o2", "check-in")
    world.set_time("D1 10:02")
    for volunteer, label, recipient in (("min", "o1", "lan"), ("hua", "o2", "mei")):
        world.act(volunteer, label, "check-out")
        world.act(recipient, label, "confirmation")
    orders = {"orders": [str(named(label)) for label in ("o2", "o1", "nothing")]}

    refused = world.call("POST", "check", "/v1/approvals", orders)
    own = world.call("POST", "coord", "/v1/approvals", orders).get_json()["items"]
    found = world.call("POST", "coord_b", "/v1/approvals", orders).get_json()["items"]

    assert refused.get_json()["code"] == "not_authorised"
    assert [row.get("code") for row in own] == ["maker_is_checker", "maker_is_checker", "order_not_found"]
    assert [row.get("code") for row in found] == ["submission_flagged", None, "order_not_found"]
    assert [world.state(label) for label in ("o1", "o2")] == ["settled", "confirmed"]


def test_rejected_hours_do_not_count(world: OrdersHarness) -> None:
    confirmed(world)

    answers = [
        world.act(who, "r1", "rejection", {"why": "nobody came"}) for who in ("min", "coord_k2", "coord", "coord")
    ]

    assert answers == ["not_authorised", "out_of_scope", "", "wrong_order_state"]
    assert (world.state("r1"), time_of(world, "min")) == ("rejected", ZERO)
    assert [(event.by, event.why) for event in world.said(wire.HoursRejected)] == [(str(named("coord")), "")]
    *_, rejected = world.call("GET", "check", f"/v1/orders/{named('r1')}/evidence").get_json()["steps"]
    assert (rejected["verb"], rejected["why"]) == ("reject", "nobody came")
    assert world.said(wire.HoursApproved) == []


def test_a_second_check_may_reject(world: OrdersHarness) -> None:
    confirmed(world, code=False)
    world.act("coord", "r1", "approval")

    assert world.act("check", "r1", "second-check", {"ok": False, "why": "neighbours saw nobody"}) == ""
    assert world.state("r1") == "rejected"


def test_a_dispute_is_decided_with_part_of_the_minutes(world: OrdersHarness) -> None:
    world.redeem("r1", recipient="lan", start="D1 09:00", minutes=120)
    world.act("min", "r1", "assignment")
    world.serve("r1", by="min", start="D1 09:00", end="D1 11:02")
    disputed = [world.act(who, "r1", "dispute", {"says_minutes": 75}) for who in ("min", "lan")]
    waiting = (world.state("r1"), world.queue("dispute"), world.act("coord", "r1", "approval"))

    answers = [
        world.act(who, "r1", "decision", {"minutes": minutes, "why": "neighbours"})
        for who, minutes in (("coord", 80), ("check", 123), ("check", 80))
    ]

    assert disputed == ["not_authorised", ""]
    assert waiting == ("disputed", {str(named("r1"))}, "wrong_order_state")
    assert answers == ["not_authorised", "minutes_out_of_range", ""]
    assert (world.state("r1"), time_of(world, "min")) == ("settled", (80, 80, 0))
    assert world.said(wire.HoursApproved)[0].hours[0].actual_minutes == 80


def test_a_dispute_decided_with_nothing_rejects(world: OrdersHarness) -> None:
    confirmed(world)
    world.act("lan", "r1", "dispute", {"says_minutes": 0})

    assert world.act("check", "r1", "decision", {"minutes": 0, "why": "nobody came"}) == ""
    assert (world.state("r1"), time_of(world, "min")) == ("rejected", ZERO)


def test_who_approved_does_not_decide(world: OrdersHarness) -> None:
    confirmed(world)
    world.act("check", "r1", "approval")
    world.act("lan", "r1", "dispute", {"says_minutes": 30})

    body = {"minutes": 62, "why": "as reported"}
    answers = [world.act(who, "r1", "decision", body) for who in ("check", "check_b")]

    assert answers == ["maker_is_checker", ""]
    assert (world.state("r1"), len(world.said(wire.HoursApproved))) == ("settled", 1)
    assert world.said(wire.HoursReversed) == []


def test_fewer_minutes_of_settled_hours_need_a_second_person(world: OrdersHarness) -> None:
    settled(world)
    world.act("lan", "r1", "dispute", {"says_minutes": 30})
    fewer: dict[str, Any] = {"minutes": 40, "why": "door camera"}

    alone = world.act("check", "r1", "decision", fewer)
    early = world.act("check_b", "r1", "decision/confirmation", {"ok": True})
    named_second = world.act("check", "r1", "decision", {**fewer, "second": str(named("admin"))})
    waiting = (world.state("r1"), time_of(world, "min"))
    signed = [world.act(who, "r1", "decision/confirmation", {"ok": True}) for who in ("coord", "check", "admin")]

    assert (alone, early, named_second) == ("maker_is_checker", "wrong_order_state", "")
    assert waiting == ("disputed", (62, 62, 0))
    assert signed == ["not_authorised", "maker_is_checker", ""]
    assert (world.state("r1"), time_of(world, "min")) == ("settled", (40, 40, 0))
    (taken_back,) = world.said(wire.HoursReversed)
    assert (taken_back.settlement, [a.settlement for a in world.said(wire.HoursApproved)]) == (1, [1, 2])


def test_settled_hours_decided_with_nothing_stay_reversed(world: OrdersHarness) -> None:
    settled(world)
    world.act("lan", "r1", "dispute", {"says_minutes": 0})

    world.act("check", "r1", "decision", {"minutes": 0, "why": "nobody", "second": str(named("check_b"))})
    world.act("check_b", "r1", "decision/confirmation", {"ok": True})

    assert (world.state("r1"), time_of(world, "min")) == ("reversed", ZERO)


def test_a_dispute_comes_in_time_or_not_at_all(world: OrdersHarness) -> None:
    settled(world)
    world.set_time("D16 10:02")
    last = world.act("lan", "r1", "dispute", {"says_minutes": 30})
    world.act("check", "r1", "decision", {"minutes": 62, "why": "as reported"})
    world.set_time("D16 10:03")

    assert (last, world.act("lan", "r1", "dispute", {"says_minutes": 30})) == ("", "dispute_window_closed")


def test_hours_are_reversed_once_by_two_people(world: OrdersHarness) -> None:
    settled(world)
    path = f"/v1/orders/{named('r1')}/reversal/"

    def propose(by: str, label: str) -> str:
        response = world.call("PUT", by, path + str(named(label)), {"why": "false_hours"})
        return "" if response.status_code == 201 else str(response.get_json()["code"])

    def decide(by: str, label: str) -> str:
        response = world.call("POST", by, f"{path}{named(label)}/decision", {"ok": True})
        return "" if response.status_code == 200 else str(response.get_json()["code"])

    proposed = [propose("min", "v0"), propose("op", "v1"), propose("coord", "v2"), propose("check", "v3")]
    refused = [decide("coord_b", "v2"), decide("check", "v3"), decide("audit", "v2"), decide("check", "nothing")]
    decided = decide("check", "v2")
    again = [decide("check_b", "v3"), propose("coord_b", "v4")]

    assert proposed == ["not_authorised", "not_authorised", "", ""]
    assert refused == ["not_authorised", "maker_is_checker", "not_authorised", "record_not_found"]
    assert (decided, again) == ("", ["already_reversed", "already_reversed"])
    assert (world.state("r1"), time_of(world, "min")) == ("reversed", ZERO)
    (told,) = world.said(wire.HoursReversed)
    assert (told.recover, told.settlement, told.why) == (True, 1, "false_hours")


def test_a_reversal_that_nobody_decides_lapses_and_is_shown_so(world: OrdersHarness) -> None:
    settled(world)
    path = f"/v1/orders/{named('r1')}/reversal/{named('v1')}"
    world.call("PUT", "coord", path, {"why": "false_hours"})

    def shown() -> dict[str, Any]:
        [reversal] = world.call("GET", "check", f"/v1/orders/{named('r1')}/evidence").get_json()["reversals"]
        return dict(reversal)

    waiting = shown()
    state = world.state("r1")

    world.set_time("D30 08:00")
    late = world.call("POST", "check", f"{path}/decision", {"ok": True}).get_json()

    assert (waiting["state"], shown()["state"]) == ("proposed", "lapsed")
    assert waiting["lapses_at"]
    assert (late["code"], world.state("r1")) == ("proposal_lapsed", state)
    assert world.said(wire.HoursReversed) == []


def test_unsettled_hours_are_not_reversed(world: OrdersHarness) -> None:
    confirmed(world)

    refused = world.call("PUT", "coord", f"/v1/orders/{named('r1')}/reversal/{named('v1')}", {"why": "duplicate"})

    assert refused.get_json()["code"] == "wrong_order_state"


def test_purchased_hours_are_checked_alike_and_enter_no_book(world: OrdersHarness) -> None:
    world.person("nurse", roles=["provider_worker"])
    world.place("lan", "o1", recipient="lan", start="D1 09:00", service="A2", funding="purchased", minutes=120)
    world.act("nurse", "o1", "assignment")
    world.serve("o1", by="nurse", start="D1 09:00", end="D1 11:05", code=False)
    world.act("lan", "o1", "confirmation")

    answers = [world.act("coord", "o1", "approval"), world.act("check", "o1", "second-check", {"ok": True})]

    assert answers == ["", ""]
    assert (world.state("o1"), time_of(world, "nurse")) == ("settled", ZERO)
    assert world.said(wire.HoursApproved)[0].funding == "purchased"


@pytest.mark.parametrize(
    ("of_mate", "of_lan", "told"), [(False, True, ""), (True, False, ""), (True, True, "approver_related")]
)
def test_a_household_that_one_alone_said_keeps_nobody_from_signing(
    world: OrdersHarness, of_mate: bool, of_lan: bool, told: str
) -> None:
    world.person("mate", roles=["volunteer", "coordinator@k1"], household="w", household_verified=of_mate)
    world.person("lan", roles=["recipient"], household="w", household_verified=of_lan)
    world.place("coord", "o9", recipient="lan", start="D2 09:00")
    assert world.act("mate", "o9", "assignment") == "related_party", "taking is barred at once"
    confirmed(world)

    assert world.act("mate", "r1", "approval") == told


def disputed_after_settlement(world: OrdersHarness) -> None:
    settled(world)
    world.act("lan", "r1", "dispute", {"says_minutes": 30})
    fewer = {"minutes": 40, "why": "camera", "second": str(named("check_b"))}
    assert world.act("check", "r1", "decision", fewer) == ""


def decisions(world: OrdersHarness) -> list[dict[str, Any]]:
    evidence = world.call("GET", "check", f"/v1/orders/{named('r1')}/evidence").get_json()
    return list(evidence["decisions"])


def test_a_decision_that_its_second_person_does_not_sign_lapses_and_is_made_again(world: OrdersHarness) -> None:
    world.policy({"dispute": {"decide_days": 90}})
    disputed_after_settlement(world)
    (waiting,) = decisions(world)
    awaited = world.order("r1")["awaits_second"]

    world.set_time("D30 08:00")
    late = world.act("check_b", "r1", "decision/confirmation", {"ok": True})

    assert (waiting["state"], waiting["minutes"], waiting["second_id"]) == ("proposed", 40, str(named("check_b")))
    assert (awaited, late, world.order("r1")["awaits_second"]) == (True, "wrong_order_state", False)
    assert (decisions(world)[0]["state"], world.state("r1")) == ("lapsed", "disputed")
    assert world.act("check_b", "r1", "decision", {"minutes": 62, "why": "as reported"}) == ""


def test_every_decision_keeps_who_made_it_and_what_the_second_person_said(world: OrdersHarness) -> None:
    disputed_after_settlement(world)
    world.act("check", "r1", "decision", {"minutes": 50, "why": "clock", "second": str(named("check_b"))})
    world.act("check_b", "r1", "decision/confirmation", {"ok": False, "why": "it shows two"})
    world.act("check", "r1", "decision", {"minutes": 30, "why": "heard both", "second": str(named("check_b"))})
    world.act("check_b", "r1", "decision/confirmation", {"ok": True, "why": "so it was"})

    shown = [(one["minutes"], one["why"], one["state"], one["decision_why"]) for one in decisions(world)]

    assert shown == [
        (40, "camera", "withdrawn", ""),
        (50, "clock", "declined", "it shows two"),
        (30, "heard both", "accepted", "so it was"),
    ]
    assert {one["proposed_by"] for one in decisions(world)} == {str(named("check"))}
    assert world.served("min")["total_minutes"] == 30
