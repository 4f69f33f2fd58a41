"""Slips, issued once and entered late."""

from __future__ import annotations

from typing import Any

from libs.contracts.events import orders as wire
from services.orders.tests.harness import OrdersHarness, at, named, outcome
from services.orders.tests.uploads import scan


def put(world: OrdersHarness, by: str, path: str, body: dict[str, Any]) -> str:
    return outcome(world.call("PUT", by, path, body))


def issue(world: OrdersHarness, first: int = 1, last: int = 20, *, by: str = "coord", label: str = "range") -> str:
    body = {"unit_id": str(named("k1")), "from": first, "to": last}
    return put(world, by, f"/v1/slips/{named(label)}", body)


def enter(world: OrdersHarness, label: str, *, by: str = "coord", **change: Any) -> str:
    body = {
        "volunteer_id": str(named(change.pop("volunteer", "hua"))),
        "recipient_id": str(named(change.pop("recipient", "lan"))),
        "service": "B1",
        "minutes": 75,
        "served": at(change.pop("served", "D3 14:00")).isoformat(),
        "slip": 7,
        **change,
    }
    body |= {} if "scan" in change else {"scan": scan(world, "coord") if by == "coord" else str(named("scan/coord/0"))}
    return put(world, by, f"/v1/late-entries/{named(label)}", body)


def test_a_slip_is_entered_by_one_and_settled_by_another(world: OrdersHarness) -> None:
    issue(world)
    world.set_time("D5 10:00")

    assert enter(world, "o1") == ""
    waiting = (world.order("o1")["flags"], world.queue("approval"), world.queue("second_check"))
    answers = [world.act(who, "o1", "second-check", {"ok": True}) for who in ("coord", "coord_b", "check")]

    assert waiting == (["late_entry", "weak_evidence"], set(), {str(named("o1"))})
    assert answers == ["not_authorised", "not_authorised", ""]
    book = world.served("hua")
    assert (world.state("o1"), book["total_minutes"], book["attested_minutes"]) == ("settled", 75, 75)
    assert world.said(wire.HoursApproved)[0].hours[0].evidence_class == "attested"


def test_a_slip_is_refused_by_its_rules(world: OrdersHarness) -> None:
    world.person("wang", roles=["volunteer", "coordinator@k1"])
    world.person("kin", roles=["volunteer"])
    world.relate("kin", "child", "lan")
    issue(world)
    world.set_time("D32 10:00")

    answers = {
        "too old": enter(world, "a", served="D1 14:00"),
        "no scan": enter(world, "b", scan=None),
        "never issued": enter(world, "c", slip=21),
        "out of scope": enter(world, "d", by="coord_k2"),
        "an operator": enter(world, "e", by="op"),
        "in the future": enter(world, "f", served="D32 09:30"),
        "too long": enter(world, "g", minutes=241),
        "purchased": enter(world, "h", funding="purchased"),
        "her own": enter(world, "i", by="wang", volunteer="wang"),
        "a relative's": enter(world, "j", volunteer="kin"),
        "no volunteer": enter(world, "k", volunteer="mei"),
        "good": enter(world, "l"),
        "used": enter(world, "m", served="D4 14:00"),
    }

    assert answers == {
        "too old": "late_entry_too_old",
        "no scan": "slip_missing",
        "never issued": "slip_not_issued",
        "out of scope": "out_of_scope",
        "an operator": "not_authorised",
        "in the future": "served_in_future",
        "too long": "minutes_out_of_range",
        "purchased": "funding_not_allowed",
        "her own": "self_approval",
        "a relative's": "related_party",
        "no volunteer": "not_authorised",
        "good": "",
        "used": "slip_already_used",
    }


def test_slips_are_issued_once(world: OrdersHarness) -> None:
    answers = [
        issue(world),
        issue(world, 20, 30, label="r2"),
        issue(world, 21, 30, label="r3"),
        issue(world, 31, 40, by="coord_k2", label="r4"),
        issue(world, 31, 40, by="check", label="r5"),
    ]

    assert answers == ["", "slip_already_issued", "", "out_of_scope", "not_authorised"]


def test_a_slip_paid_by_credit_waits_for_its_hold(world: OrdersHarness) -> None:
    issue(world)
    world.set_time("D5 10:00")
    world.refuse[named("o2")] = "insufficient_credits"

    enter(world, "o1", funding="credit")
    enter(world, "o2", funding="credit", slip=8, served="D4 14:00")

    asked = world.said(wire.FundingRequested)
    assert [(a.without_redemption, a.payer_id) for a in asked] == [(True, str(named("lan")))] * 2
    assert [world.state("o1"), world.state("o2")] == ["confirmed", "declined"]
    assert world.queue("second_check") == {str(named("o1"))}
    assert enter(world, "o3", slip=8, served="D4 14:00") == ""
    assert enter(world, "o4", slip=8, served="D4 16:00") == "slip_already_used"


def test_late_entries_count_in_the_budget(world: OrdersHarness) -> None:
    world.policy({"programme": {"monthly_budget_minutes": 100}}, version=2)
    issue(world)
    world.set_time("D5 10:00")

    assert [enter(world, "a"), enter(world, "b", slip=8, served="D4 14:00")] == ["", "programme_budget_exhausted"]


def test_what_an_erased_person_served_stays_for_staff_of_the_whole_city(world: OrdersHarness) -> None:
    issue(world)
    world.set_time("D5 10:00")
    enter(world, "o1")
    world.act("check", "o1", "second-check", {"ok": True})

    world.forget("hua")

    assert world.served("hua")["total_minutes"] == 75
    assert outcome(world.call("GET", "coord", f"/v1/service-records?person={named('hua')}")) == "not_authorised"
