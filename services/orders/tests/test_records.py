"""Slips and late entries, older records, certificates, visits, erasure, and what callers may see."""

from __future__ import annotations

from typing import Any

from libs.clock import machine_now, to_microseconds
from services.orders.core.messages import accounts, wire
from services.orders.tests.neighbours import Neighbours, at, named, outcome, said


def put(world: Neighbours, by: str, path: str, body: dict[str, Any]) -> str:
    return outcome(world.call("PUT", by, path, body))


def issue(world: Neighbours, first: int = 1, last: int = 20, *, by: str = "coord", label: str = "range") -> str:
    body = {"unit_id": str(named("k1")), "from": first, "to": last}
    return put(world, by, f"/v1/slips/{named(label)}", body)


def enter(world: Neighbours, label: str, *, by: str = "coord", **change: Any) -> str:
    body = {
        "volunteer_id": str(named(change.pop("volunteer", "hua"))),
        "recipient_id": str(named(change.pop("recipient", "lan"))),
        "service": "B1",
        "minutes": 75,
        "served": at(change.pop("served", "D3 14:00")).isoformat(),
        "slip": 7,
        "scan": "sha256:aa",
        **change,
    }
    return put(world, by, f"/v1/late-entries/{named(label)}", body)


def test_a_slip_is_entered_by_one_and_settled_by_another(world: Neighbours) -> None:
    issue(world)
    world.set_time("D5 10:00")

    assert enter(world, "o1") == ""
    waiting = (world.order("o1")["flags"], world.queue("approval"), world.queue("second_check"))
    answers = [world.act(who, "o1", "second-check") for who in ("coord", "coord_b", "check")]

    assert waiting == (["late_entry", "weak_evidence"], set(), {str(named("o1"))})
    assert answers == ["not_authorised", "not_authorised", ""]
    book = world.served("hua")
    assert (world.state("o1"), book["total_minutes"], book["attested_minutes"]) == ("settled", 75, 75)
    assert world.said(wire.HoursApproved)[0].hours[0].evidence_class == "attested"


def test_a_slip_is_refused_by_its_rules(world: Neighbours) -> None:
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


def test_slips_are_issued_once(world: Neighbours) -> None:
    answers = [
        issue(world),
        issue(world, 20, 30, label="r2"),
        issue(world, 21, 30, label="r3"),
        issue(world, 31, 40, by="coord_k2", label="r4"),
        issue(world, 31, 40, by="check", label="r5"),
    ]

    assert answers == ["", "slip_already_issued", "", "out_of_scope", "not_authorised"]


def test_a_slip_paid_by_credit_waits_for_its_hold(world: Neighbours) -> None:
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


def test_late_entries_count_in_the_budget(world: Neighbours) -> None:
    world.policy({"programme": {"monthly_budget_minutes": 100}}, version=2)
    issue(world)
    world.set_time("D5 10:00")

    assert [enter(world, "a"), enter(world, "b", slip=8, served="D4 14:00")] == ["", "programme_budget_exhausted"]


def test_an_older_record_is_taken_over_by_two_people(world: Neighbours) -> None:
    path = f"/v1/service-records/{named('rec')}"
    body = {"person_id": str(named("min")), "minutes": 6000, "served_on": "2026-03-01"}
    world.person("two", roles=["district_admin@d1", "city_admin@city"])

    proposed = [put(world, who, path, body) for who in ("coord", "two")]
    before = world.served("min")["total_minutes"]
    decided = [
        outcome(world.call("POST", who, f"{path}/decision", {"ok": True}))
        for who in ("admin", "two", "cadmin", "cadmin")
    ]

    assert (proposed, before) == (["not_authorised", ""], 0)
    assert decided == ["not_authorised", "maker_is_checker", "", "conflict"]
    book = world.served("min")
    assert (book["total_minutes"], book["verified_minutes"], book["star"]) == (6000, 6000, 1)
    assert [told.minutes for told in world.said(wire.ServiceTimeRecorded)] == [6000]


def test_a_certificate_is_free_and_anyone_can_check_it(world: Neighbours) -> None:
    path = f"/v1/certificates/{named('c1')}"
    body = {"person_id": str(named("min"))}

    issued = [put(world, who, f"/v1/certificates/{named(who)}", body) for who in ("hua", "audit", "coord_k2", "coord")]
    shown = world.call("PUT", "min", path, body).get_json()
    anyone = world.app.test_client()
    genuine = anyone.get(f"{path}?code={shown['verification_code']}").get_json()
    forged = anyone.get(f"{path}?code=abc").get_json()

    assert issued == ["not_authorised", "not_authorised", "out_of_scope", ""]
    assert (shown["minutes"], shown["verifies"], genuine["verifies"], forged["verifies"]) == (0, True, True, False)
    assert "minutes" not in forged
    assert anyone.get(path).status_code == 401
    assert [world.call("GET", who, path).status_code for who in ("min", "coord", "hua")] == [200, 200, 404]


def visited(world: Neighbours, by: str, label: str, of: str, result: str = "seen") -> str:
    body = {"person_id": str(named(of)), "how": "door", "outcome": result}
    return put(world, by, f"/v1/visits/{named(label)}", body)


def rate(world: Neighbours, unit: str = "k1", month: str = "") -> dict[str, Any]:
    query = f"unit={named(unit)}" + (f"&month={month}" if month else "")
    found: dict[str, Any] = world.call("GET", "cadmin", f"/v1/indicators/visits?{query}").get_json()
    return found


def test_visits_are_counted_once_a_person_and_overdue_by_day(world: Neighbours) -> None:
    for label, risk in (("hi", "high"), ("ke", "key"), ("ge", "general")):
        world.person(label, roles=["recipient"], visit_risk=risk, visit_listed_on="2026-03-02")
    world.person("far", roles=["volunteer"], unit="k3")
    world.set_time("D8 23:59")
    before = rate(world)["overdue"]
    world.set_time("D9 00:00")
    late = rate(world)["overdue"]

    answers = [
        visited(world, "far", "v0", "hi"),
        visited(world, "lan", "v1", "hi"),
        visited(world, "min", "v2", "hi", "no_answer"),
        visited(world, "coord", "v3", "hi"),
        visited(world, "min", "v4", "hi"),
        visited(world, "coord", "v5", "ge"),
    ]
    shown = rate(world)

    assert (before, late) == ([], [str(named("hi"))])
    assert answers == ["not_authorised", "not_authorised", "", "", "", ""]
    assert (shown["month"], shown["listed"], shown["visited"], shown["rate_percent"]) == ("2026-03", 2, 1, 50)
    assert shown["overdue"] == []
    assert rate(world, month="2026-04")["visited"] == 0
    assert len(world.said(wire.VisitRecorded)) == 3


def test_the_visit_plan_says_who_is_due_first(world: Neighbours) -> None:
    for label, risk in (("ke", "key"), ("hi", "high")):
        world.person(label, roles=["recipient"], visit_risk=risk, visit_listed_on="2026-03-02")
    world.set_time("D3 09:00")
    visited(world, "coord", "v1", "hi")
    world.set_time("D20 09:00")

    rows = world.call("GET", "coord", f"/v1/visit-plans?unit={named('k1')}").get_json()["items"]

    shown = [(row["person_id"], row["last_seen_on"], row["due_on"], row["is_overdue"]) for row in rows]
    assert shown == [
        (str(named("hi")), "2026-03-04", "2026-03-11", True),
        (str(named("ke")), None, "2026-04-01", False),
    ]
    assert world.call("GET", "coord_k2", f"/v1/visit-plans?unit={named('k1')}").status_code == 403
    first = world.call("GET", "coord", f"/v1/visit-plans?unit={named('k1')}&limit=1").get_json()
    path = f"/v1/visit-plans?unit={named('k1')}&limit=1&cursor={first['next']}"
    second = world.call("GET", "coord", path).get_json()
    assert [*first["items"], *second["items"]] == rows
    assert second["next"] is None


def test_a_settled_visit_order_is_a_visit_until_it_is_reversed(world: Neighbours) -> None:
    world.person("ke", roles=["recipient"], visit_risk="key", visit_listed_on="2026-03-02")
    world.place("coord", "o1", recipient="ke", start="D2 09:00", service="B3", minutes=30)
    world.act("min", "o1", "assignment")
    world.serve("o1", by="min", start="D2 09:00", end="D2 09:31")
    world.act("ke", "o1", "confirmation")
    before = rate(world)["visited"]
    world.act("coord_b", "o1", "approval")
    counted = rate(world)["visited"]
    path = f"/v1/orders/{named('o1')}/reversal/{named('v')}"
    put(world, "coord", path, {"why": "false_hours"})
    world.call("POST", "check", f"{path}/decision", {})

    assert (before, counted, rate(world)["visited"]) == (0, 1, 0)


def erasure_of(world: Neighbours, label: str) -> Any:
    asked = accounts.ErasureRequested(
        erasure_id=str(named(f"e-{label}")), person_id=str(named(label)), district_id=str(named("d1"))
    )
    world.hear(asked, subject=asked.person_id)
    return next(a for a in world.said(wire.ErasureAnswered) if a.person_id == asked.person_id)


def test_an_erasure_is_refused_while_orders_are_open_and_told_the_last_day_of_service(world: Neighbours) -> None:
    world.redeem("r1", recipient="lan", start="D2 09:00")
    world.act("min", "r1", "assignment")
    refused = erasure_of(world, "min")
    world.serve("r1", by="min", start="D2 09:00", end="D2 10:01")
    world.act("lan", "r1", "confirmation")
    world.act("coord", "r1", "approval")

    clear = erasure_of(world, "lan")

    assert (refused.answer, refused.code) == ("refused", "open_obligations")
    assert (clear.answer, clear.last_service_on) == ("clear", "2026-03-03")
    assert erasure_of(world, "hua").last_service_on == ""


def test_a_tombstone_deletes_the_person_and_the_words_about_them_but_no_step(world: Neighbours) -> None:
    world.relate("lan", "child", "hua")
    word = {"acting_for": str(named("lan")), "consent": said(words="Her own words to me"), "why": "her story"}
    world.place("op", "o1", recipient="lan", start="D2 09:00", **word)
    world.act("coord", "o1", "cancellation", {"why": "she fell ill"})

    world.forget("lan")

    shown = world.call("GET", "cadmin", f"/v1/orders/{named('o1')}/evidence").get_json()
    silent = said(words="")
    assert [(step["verb"], step["why"], step["consent"]) for step in shown["steps"]] == [
        ("place", "", silent),
        ("cancel", "", None),
    ]
    assert (shown["order"]["why"], shown["order"]["consent"]) == ("", silent)
    assert world.place("coord", "o2", recipient="lan", start="D3 09:00") == "record_not_found"


def test_suspended_staff_sign_nothing_even_while_their_token_is_good(world: Neighbours) -> None:
    world.place("coord", "o1", recipient="lan", start="D2 09:00")
    world.person("coord", roles=["coordinator@k1"], status="suspended", version=2)

    assert world.act("coord", "o1", "offers", {"to": str(named("min"))}) == "person_suspended"
    assert world.place("coord", "o2", recipient="mei", start="D2 09:00") == "person_suspended"


def test_what_a_caller_sees_of_an_order(world: Neighbours) -> None:
    world.redeem("r1", recipient="lan", start="D2 09:00")
    public = world.order("r1", by="hua")
    world.act("min", "r1", "assignment")

    seen = {
        who: world.call("GET", who, f"/v1/orders/{named('r1')}").status_code
        for who in ("hua", "coord_k2", "min", "lan", "audit")
    }

    assert seen == {"hua": 404, "coord_k2": 404, "min": 200, "lan": 200, "audit": 200}
    assert "recipient_id" not in public
    assert "flags" not in world.order("r1", by="min")
    assert "flags" in world.order("r1", by="coord")


def test_lists_show_what_concerns_the_caller(world: Neighbours) -> None:
    world.place("coord", "o1", recipient="lan", start="D2 09:00")
    world.place("coord", "o2", recipient="mei", start="D3 09:00")
    world.act("min", "o1", "assignment")

    def listed(by: str, query: str) -> Any:
        found = world.call("GET", by, f"/v1/orders?{query}").get_json()
        return [row["order_id"] for row in found["items"]] if "items" in found else found["code"]

    o1, o2 = str(named("o1")), str(named("o2"))
    assert listed("hua", "state=published") == [o2]
    assert listed("hua", f"state=published&unit={named('k2')}") == []
    assert listed("hua", "state=published&near=31.23,121.47") == [o2]
    assert listed("hua", "state=published&near=31.33,121.47") == []
    assert listed("min", f"person={named('min')}") == [o1]
    assert listed("min", f"person={named('lan')}") == "not_authorised"
    assert listed("min", "") == [o1]
    assert listed("lan", "state=taken") == [o1]
    assert listed("hua", "") == []
    assert listed("hua", f"unit={named('k1')}") == "not_authorised"
    assert listed("coord", "") == [o1, o2]
    assert listed("coord_k2", "") == []
    assert listed("coord_k2", f"unit={named('k1')}") == "not_authorised"
    first = world.call("GET", "coord", "/v1/orders?limit=1").get_json()
    assert [row["order_id"] for row in first["items"]] == [o1]
    assert listed("coord", f"limit=1&cursor={first['next']}") == [o2]


def test_a_key_is_good_while_accounts_names_it_also_when_it_retires(world: Neighbours) -> None:
    world.sign_with("k", retired_at_us=to_microseconds(machine_now()) + 600_000_000)

    retiring = world.call("GET", "lan", "/v1/catalogue-items").status_code

    assert retiring == 200


def test_a_key_that_accounts_no_longer_names_opens_nothing(world: Neighbours) -> None:
    world.sign_with("other")

    assert world.call("GET", "lan", "/v1/catalogue-items").status_code == 401


def test_the_catalogue_is_the_file(world: Neighbours) -> None:
    found = world.call("GET", "lan", "/v1/catalogue-items").get_json()["items"]

    assert len(found) == 22
    bathing = next(row for row in found if row["code"] == "A3")
    assert (bathing["persons"], bathing["max_grade"], bathing["certificate"]) == (2, "mild", "carer")


def test_bad_requests_get_a_problem_and_change_nothing(world: Neighbours) -> None:
    good = {
        "recipient_id": str(named("lan")),
        "service": "B1",
        "minutes": 60,
        "start": at("D2 09:00").isoformat(),
        "funding": "programme",
    }
    path = f"/v1/orders/{named('o1')}"
    bad = [
        {**good, "colour": "red"},
        {**good, "minutes": 60.5},
        {**good, "start": "tomorrow"},
        {**good, "recipient_id": "x"},
    ]

    answers = [world.call("PUT", "coord", path, body) for body in bad]

    assert {response.status_code for response in answers} == {422}
    assert {response.get_json()["code"] for response in answers} == {"invalid_fields"}
    assert world.call("PUT", "coord", "/v1/orders/nonsense", good).get_json()["code"] == "malformed_id"
    assert world.call("GET", "coord", f"/v1/queues/unknown?unit={named('k1')}").status_code == 404
    assert world.said() == []


def test_what_an_erased_person_served_stays_for_staff_of_the_whole_city(world: Neighbours) -> None:
    issue(world)
    world.set_time("D5 10:00")
    enter(world, "o1")
    world.act("check", "o1", "second-check")

    world.forget("hua")

    assert world.served("hua")["total_minutes"] == 75
    assert outcome(world.call("GET", "coord", f"/v1/service-records?person={named('hua')}")) == "not_authorised"
