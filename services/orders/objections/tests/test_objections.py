"""Volunteers object, both sides appeal; who answers had no hand in it, and nothing that was written is changed."""

from __future__ import annotations

from typing import Any

import pytest

from libs.contracts.events import orders as wire
from services.orders.approving.tests.test_approving import confirmed, settled
from services.orders.tests.harness import OrdersHarness, named, outcome, said


def objects(world: OrdersHarness, by: str, minutes: int, *, label: str = "o1", **others: Any) -> str:
    """Object to the hours of r1; return "" or the code of the refusal."""
    body = {"says_minutes": minutes, "words": "I stayed until she slept", **others}
    return outcome(world.call("PUT", by, f"/v1/orders/{named('r1')}/objections/{named(label)}", body))


def answers(world: OrdersHarness, by: str, minutes: int | None, *, label: str = "o1", **others: Any) -> str:
    """Answer; no minutes dismiss it."""
    body = {"upheld": minutes is not None, "minutes": minutes, "why": "heard both sides", **others}
    return outcome(world.call("POST", by, f"/v1/objections/{named(label)}/answer", body))


def shown(world: OrdersHarness, by: str) -> list[dict[str, Any]]:
    """Return the objections to r1 as somebody sees them."""
    items: list[dict[str, Any]] = world.call("GET", by, f"/v1/orders/{named('r1')}/objections").get_json()["items"]
    return items


def rejected(world: OrdersHarness) -> None:
    """Let hours of r1 be refused by the coordinator."""
    confirmed(world)
    assert world.act("coord", "r1", "rejection", {"why": "nobody saw him"}) == ""


def decided(world: OrdersHarness, minutes: int) -> None:
    """Let a dispute about r1 be decided before it is settled."""
    confirmed(world)
    world.act("lan", "r1", "dispute", {"says_minutes": 30})
    assert world.act("check", "r1", "decision", {"minutes": minutes, "why": "a neighbour saw it"}) == ""


def notices_of(world: OrdersHarness) -> list[tuple[str, str]]:
    """Return who was to be told what of an objection."""
    said_of = [(notice.person_id, notice.purpose) for notice in world.said(wire.NoticeWanted)]
    return [(person, purpose) for person, purpose in said_of if purpose.startswith("objection")]


def entry_of(world: OrdersHarness) -> str:
    """Return the order that an upheld objection entered."""
    return str(shown(world, "check")[0]["entry_id"])


def test_refused_hours_are_entered_anew_signed_by_two_people_and_the_refusal_stays(world: OrdersHarness) -> None:
    rejected(world)
    assert objects(world, "min", 62) == ""
    assert answers(world, "check", 60) == ""

    entry_id = entry_of(world)
    entry = world.call("GET", "check", f"/v1/orders/{entry_id}").get_json()
    by_who_answered = outcome(world.call("POST", "check", f"/v1/orders/{entry_id}/second-check", {"ok": True}))
    by_another = outcome(world.call("POST", "check_b", f"/v1/orders/{entry_id}/second-check", {"ok": True}))

    assert (entry["state"], entry["corrects"]) == ("confirmed", str(named("r1")))
    assert "late_entry" in entry["flags"]
    assert [asked.without_redemption for asked in world.said(wire.FundingRequested)] == [False, True]
    assert (by_who_answered, by_another) == ("maker_is_checker", "")
    assert (world.served("min")["verified_minutes"], world.state("r1")) == (60, "rejected")
    assert notices_of(world) == [
        (str(named("lan")), "objection_made"),
        (str(named("lan")), "objection_answered"),
        (str(named("min")), "objection_answered"),
    ]


def test_missing_minutes_are_entered_after_those_that_count_as_attested(world: OrdersHarness) -> None:
    settled(world)
    assert objects(world, "min", 62, label="o0") == "minutes_out_of_range"
    assert objects(world, "min", 120) == ""
    assert answers(world, "check", 92) == ""

    entry = world.call("GET", "check", f"/v1/orders/{entry_of(world)}").get_json()
    world.call("POST", "check_b", f"/v1/orders/{entry['order_id']}/second-check", {"ok": True})

    assert (shown(world, "min")[0]["contested"], entry["minutes"]) == ("missing_minutes", 30)
    assert entry["start"] == "2026-03-02T02:02:00Z"
    book = world.served("min")
    assert (book["total_minutes"], book["verified_minutes"], book["attested_minutes"]) == (92, 62, 30)


def test_what_an_upheld_objection_entered_is_not_objected_to_again(world: OrdersHarness) -> None:
    settled(world)
    assert objects(world, "min", 120) == ""
    assert answers(world, "check", 92) == ""
    entry_id = entry_of(world)
    world.call("POST", "check_b", f"/v1/orders/{entry_id}/second-check", {"ok": True})

    again = world.call(
        "PUT", "min", f"/v1/orders/{entry_id}/objections/{named('o2')}", {"says_minutes": 58, "words": "All of it"}
    )

    assert (world.served("min")["total_minutes"], outcome(again)) == (92, "nothing_to_object_to")


def test_hours_that_were_decided_anew_meanwhile_are_not_added_to(world: OrdersHarness) -> None:
    settled(world)
    assert objects(world, "min", 120) == ""
    assert world.act("lan", "r1", "dispute", {"says_minutes": 30}) == ""
    meanwhile = answers(world, "admin", 92)
    world.person("third", roles=["checker@s1"])
    decision = {"minutes": 30, "why": "a neighbour saw it", "second": str(named("third"))}
    assert world.act("check_b", "r1", "decision", decision) == ""
    assert world.act("third", "r1", "decision/confirmation", {"ok": True}) == ""
    world.person("fourth", roles=["checker@s1"])

    assert answers(world, "fourth", 92) == "nothing_to_object_to"
    assert answers(world, "fourth", None) == ""
    assert (meanwhile, world.served("min")["total_minutes"]) == ("wrong_order_state", 30)
    assert objects(world, "min", 62, label="o2") == "", "against the decision she appeals"


def test_what_the_platform_ended_is_objected_to_as_that(world: OrdersHarness) -> None:
    world.redeem("r1", recipient="lan", start="D1 09:00")
    world.act("min", "r1", "assignment")
    world.set_time("D1 09:00")
    world.act("min", "r1", "check-in", {"code": world.code("r1")})
    world.set_time("D1 12:00")
    world.act("lan", "r1", "confirmation")
    world.act("coord", "r1", "approval")
    world.act("check", "r1", "second-check", {"ok": True})

    assert objects(world, "min", 90) == ""
    assert shown(world, "lan")[0]["contested"] == "auto_check_out"


def test_nobody_answers_who_had_a_hand_in_it(world: OrdersHarness) -> None:
    world.person("wang", roles=["checker@s1"], household="w")
    world.relate("min", "spouse", "wang")
    confirmed(world)
    world.act("coord", "r1", "approval")
    assert objects(world, "min", 120) == ""

    refused = {who: answers(world, who, 90) for who in ("min", "lan", "coord", "op", "audit", "coord_k2", "wang")}

    assert refused == {
        "min": "not_authorised",
        "lan": "not_authorised",
        "coord": "not_authorised",
        "op": "not_authorised",
        "audit": "not_authorised",
        "coord_k2": "not_authorised",
        "wang": "approver_related",
    }


def test_whoever_stands_in_answers_nothing_that_the_other_may_not(world: OrdersHarness) -> None:
    world.person("wang", roles=["checker@s1"], household="w")
    world.relate("min", "spouse", "wang")
    rejected(world)
    consent: dict[str, Any] = {"acting_for": str(named("min")), "consent": said("phone", "Say it for me")}
    assert objects(world, "op", 62, **consent) == ""
    for lender in ("coord", "op", "wang", "check_b"):
        world.person(f"for_{lender}", roles=["checker@s1", f"checker@s1~{lender}"])

    refused = {lender: answers(world, f"for_{lender}", 60) for lender in ("coord", "op", "wang", "check_b")}

    assert refused == {"coord": "maker_is_checker", "op": "maker_is_checker", "wang": "approver_related", "check_b": ""}


def test_a_decision_is_appealed_against_to_the_district_which_is_not_the_decider(world: OrdersHarness) -> None:
    decided(world, 30)
    assert objects(world, "min", 62) == ""

    by_street = answers(world, "check_b", 60)
    assert shown(world, "lan")[0]["contested"] == "decision"
    assert by_street == "not_authorised"
    assert answers(world, "admin", 60) == ""
    entry_id = entry_of(world)
    assert outcome(world.call("POST", "check_b", f"/v1/orders/{entry_id}/second-check", {"ok": True})) == ""
    assert world.served("min")["total_minutes"] == 60
    assert objects(world, "min", 62, label="o2") == "objected_before"


def test_fewer_minutes_of_settled_hours_are_reversed_and_settled_anew_by_two_people(world: OrdersHarness) -> None:
    decided(world, 60)
    assert objects(world, "lan", 30) == ""
    assert answers(world, "admin", 30) == "maker_is_checker"
    assert answers(world, "admin", 30, second=str(named("check"))) == "maker_is_checker"
    assert answers(world, "admin", 30, second=str(named("check_b"))) == ""

    before = (world.state("r1"), world.served("min")["total_minutes"])
    assert world.act("check_b", "r1", "decision/confirmation", {"ok": True}) == ""

    assert (before, world.state("r1")) == (("disputed", 60), "settled")
    assert [event.settlement for event in world.said(wire.HoursReversed)] == [1]
    assert world.served("min")["total_minutes"] == 30
    assert sorted(row["minutes"] for row in world.served("min")["items"]) == [-60, 30, 60]


def test_what_nobody_answers_in_time_changes_nothing_and_all_are_told(world: OrdersHarness) -> None:
    rejected(world)
    assert objects(world, "min", 62) == ""

    world.set_time("D16 10:01")
    before = shown(world, "min")[0]["state"]
    world.set_time("D16 10:02")
    left = shown(world, "min")[0]

    assert (before, left["state"], left["decided_at"]) == ("open", "lapsed", "2026-03-17T02:02:00Z")
    assert answers(world, "check", 60) == "already_decided"
    assert notices_of(world)[1:] == [
        (str(named("lan")), "objection_answered"),
        (str(named("min")), "objection_answered"),
    ]


def test_a_dismissed_one_is_over_for_good_and_says_why(world: OrdersHarness) -> None:
    rejected(world)
    objects(world, "min", 62)

    assert objects(world, "min", 62, label="o2") == "objection_open"
    assert answers(world, "check", None) == ""
    assert answers(world, "check_b", 60) == "already_decided"
    assert objects(world, "min", 62, label="o3") == "objected_before"
    assert [(row["state"], row["decision_why"]) for row in shown(world, "lan")] == [("dismissed", "heard both sides")]
    world.set_time("D40 08:00")
    assert shown(world, "min")[0]["state"] == "dismissed"


@pytest.mark.parametrize(("when", "code"), [("D16 10:02", ""), ("D16 10:03", "objection_window_closed")])
def test_the_window_counts_from_what_is_objected_to(world: OrdersHarness, when: str, code: str) -> None:
    rejected(world)
    world.set_time(when)

    assert objects(world, "min", 62) == code


def test_who_may_object_to_what(world: OrdersHarness) -> None:
    confirmed(world)
    too_early = objects(world, "min", 90, label="o0")
    world.act("coord", "r1", "approval")
    for_him: dict[str, Any] = {"acting_for": str(named("min")), "consent": said("phone", "Say it for me")}

    assert too_early == "wrong_order_state"
    assert objects(world, "hua", 90, label="o2") == "not_authorised"
    assert objects(world, "lan", 30, label="o3") == "nothing_to_object_to"
    assert objects(world, "op", 90, label="o4", acting_for=str(named("min"))) == "consent_missing"
    assert objects(world, "op", 90, **for_him) == ""
    assert (shown(world, "min")[0]["filed_by"], shown(world, "min")[0]["person_id"]) == (
        str(named("op")),
        str(named("min")),
    )
    assert world.call("GET", "hua", f"/v1/orders/{named('r1')}/objections").status_code == 404


def test_the_lists_of_the_street_the_district_and_the_volunteer(world: OrdersHarness) -> None:
    rejected(world)
    objects(world, "min", 62)

    def listed(by: str, query: str) -> list[str]:
        answer = world.call("GET", by, f"/v1/objections?{query}")
        return (
            [row["contested"] for row in answer.get_json()["items"]] if answer.status_code == 200 else [outcome(answer)]
        )

    assert listed("check", f"unit={named('k1')}&state=open&kind=objection") == ["rejection"]
    assert listed("check", f"unit={named('k1')}&kind=appeal") == []
    assert listed("min", f"person={named('min')}") == ["rejection"]
    assert listed("hua", f"person={named('min')}") == ["not_authorised"]
    assert listed("coord_k2", f"unit={named('k1')}") == ["not_authorised"]


def test_the_programme_pays_for_its_own_mistake_within_its_budget(world: OrdersHarness) -> None:
    rejected(world)
    objects(world, "min", 62)

    assert answers(world, "check", 60, by_programme=True) == ""

    entry = world.call("GET", "check", f"/v1/orders/{entry_of(world)}").get_json()
    assert (entry["funding"], entry["payer_id"], entry["state"]) == ("programme", None, "confirmed")
