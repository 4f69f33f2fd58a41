"""Taking, offers, withdrawals and no-shows over HTTP."""

from __future__ import annotations

import threading
from datetime import date

from libs.contracts.events import accounts, orders as wire
from services.orders.tests.harness import OrdersHarness, named, said

NO_MARKS = {"no_shows": 0, "late_cancellations": 0}


def place(world: OrdersHarness, label: str = "o1", start: str = "D2 09:00", recipient: str = "lan") -> None:
    assert world.place("coord", label, recipient=recipient, start=start) == ""


def test_the_first_who_takes_it_has_it(world: OrdersHarness) -> None:
    place(world)

    answers = [world.act(who, "o1", "assignment") for who in ("lan", "min", "hua")]

    assert answers == ["not_authorised", "", "wrong_order_state"]
    shown = world.order("o1")
    assert [part["person_id"] for part in shown["volunteers"]] == [str(named("min"))]


def test_of_two_who_take_at_the_same_moment_one_gets_it(world: OrdersHarness) -> None:
    place(world)
    world.heard = 10**6
    together = threading.Barrier(2)
    answers = []

    def take(who: str) -> None:
        together.wait()
        answers.append(world.act(who, "o1", "assignment"))

    threads = [threading.Thread(target=take, args=[who]) for who in ("min", "hua")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == ["", "wrong_order_state"]
    assert len(world.said(wire.OrderTaken)) == 1


def register_group(world: OrdersHarness, *members: str, leader: str = "coord", active: bool = True) -> dict[str, str]:
    """Let staff have registered a group; return how a volunteer names it."""
    state = accounts.GroupState(
        group_id=str(named("team")),
        version=1,
        leader_id=str(named(leader)),
        member_ids=[str(named(member)) for member in members],
        active=active,
    )
    world.hear(state, subject=state.group_id)
    return {"group": state.group_id}


def test_the_name_of_a_group_opens_no_gate_and_sends_no_hours_to_the_pool(world: OrdersHarness) -> None:
    world.person("kid", roles=["volunteer"], born=date(2014, 3, 1))
    world.policy({"earn": {"minor_mode": "group_only", "min_age": 10}})
    place(world)
    team = {"group": str(named("team"))}

    made_up = world.act("kid", "o1", "assignment", {"group": "class 3"})
    unknown = [world.act(who, "o1", "assignment", team) for who in ("kid", "min")]
    register_group(world, "hua")
    no_member = [world.act(who, "o1", "assignment", team) for who in ("kid", "min")]
    register_group(world, "kid", "min", leader="kid")
    no_adult = [world.act(who, "o1", "assignment", team) for who in ("kid", "min")]
    register_group(world, "kid", "min", active=False)
    ended = [world.act(who, "o1", "assignment", team) for who in ("kid", "min")]

    assert made_up == "invalid_fields"
    assert unknown == no_member == no_adult == ended == ["minor_group_only", "not_in_group"]


def test_the_hours_of_a_registered_group_are_told_as_such(world: OrdersHarness) -> None:
    place(world, start="D1 09:00")
    team = register_group(world, "min")

    assert world.act("min", "o1", "assignment", team) == ""
    world.serve("o1", by="min", start="D1 09:00", end="D1 10:02")
    world.act("lan", "o1", "confirmation")
    world.act("coord_b", "o1", "approval")

    assert world.order("o1")["volunteers"][0]["group"] == team["group"]
    (approved,) = world.said(wire.HoursApproved)
    assert [(hours.group_id, hours.group_name) for hours in approved.hours] == [(team["group"], team["group"])]


def test_a_volunteer_is_in_one_place_at_a_time(world: OrdersHarness) -> None:
    place(world)
    place(world, "o2", "D2 09:59", "mei")
    place(world, "o3", "D2 10:59", "mei")

    answers = [world.act("min", label, "assignment") for label in ("o1", "o2", "o3")]

    assert answers == ["", "order_overlap", ""]


def test_an_order_for_two_stays_open_until_both_places_are_taken(world: OrdersHarness) -> None:
    for label in ("a", "b", "c"):
        world.person(label, roles=["volunteer"], certificates=["carer"])
    world.redeem("r1", recipient="lan", start="D2 09:00", service="A3", persons=2)

    world.act("a", "r1", "assignment")
    half = (world.state("r1"), world.act("a", "r1", "assignment"))
    world.act("b", "r1", "assignment")

    assert half == ("published", "order_overlap")
    assert (world.state("r1"), world.act("c", "r1", "assignment")) == ("taken", "wrong_order_state")


def test_a_volunteer_without_a_phone_takes_through_staff_with_consent(world: OrdersHarness) -> None:
    place(world)
    word = {"acting_for": str(named("min")), "why": "called"}

    answers = [
        world.act("coord", "o1", "assignment", word),
        world.act("op_d2", "o1", "assignment", {**word, "consent": said()}),
        world.act("hua", "o1", "assignment", {**word, "consent": said()}),
        world.act("coord", "o1", "assignment", {**word, "consent": said()}),
    ]

    assert answers == ["consent_missing", "out_of_scope", "not_authorised", ""]
    assert world.order("o1")["volunteers"][0]["person_id"] == str(named("min"))


def test_an_offer_is_the_volunteers_to_accept(world: OrdersHarness) -> None:
    place(world)
    offered = [world.act(who, "o1", "offers", {"to": str(named("min"))}) for who in ("min", "coord")]
    shown = world.order("o1")

    answers = [
        world.act("coord", "o1", "offers/acceptance"),
        world.act("coord", "o1", "offers/acceptance", {"acting_for": str(named("min"))}),
        world.act("hua", "o1", "offers/acceptance"),
        world.act("hua", "o1", "offers/refusal"),
        world.act("min", "o1", "offers/refusal"),
    ]

    assert offered == ["not_authorised", ""]
    assert (shown["state"], shown["offered_to"], shown["volunteers"]) == ("published", str(named("min")), [])
    assert answers == ["not_offered_to_you", "consent_missing", "not_offered_to_you", "not_offered_to_you", ""]
    assert (world.order("o1")["offered_to"], world.served("min")["marks"]) == (None, NO_MARKS)


def test_an_offer_lapses_after_its_time_and_not_before(world: OrdersHarness) -> None:
    place(world)
    world.set_time("D1 09:00")
    world.act("coord", "o1", "offers", {"to": str(named("hua"))})
    world.set_time("D1 11:01")
    late = (world.act("hua", "o1", "offers/acceptance"), world.order("o1")["offered_to"])
    world.act("coord", "o1", "offers", {"to": str(named("hua"))})
    world.set_time("D1 13:01")

    assert late == ("offer_lapsed", None)
    assert world.act("hua", "o1", "offers/acceptance") == ""
    assert world.state("o1") == "taken"


def test_a_withdrawn_order_is_published_anew_and_only_late_ones_are_marked(world: OrdersHarness) -> None:
    place(world)
    place(world, "o2", "D2 21:00", "mei")
    world.act("min", "o1", "assignment")
    world.act("min", "o2", "assignment")
    world.set_time("D1 21:01")

    answers = [world.act(*step) for step in [("hua", "o1", "withdrawal"), ("min", "o1", "withdrawal")]]
    world.act("min", "o2", "withdrawal")

    assert answers == ["not_assigned", ""]
    assert [world.state("o1"), world.state("o2")] == ["published", "published"]
    assert world.served("min")["marks"] == {"no_shows": 0, "late_cancellations": 1}
    assert world.order("o1")["published_at"] == "2026-03-02T13:01:00Z"


def test_an_absent_volunteer_is_marked_and_paused_at_the_second_time(world: OrdersHarness) -> None:
    world.redeem("r1", recipient="lan", start="D1 09:00")
    world.act("min", "r1", "assignment")
    world.set_time("D1 09:29")
    early = world.act("lan", "r1", "no-show", {"absent": "volunteer"})
    other = world.act("mei", "r1", "no-show", {"absent": "volunteer"})
    world.set_time("D1 09:30")
    first = world.act("lan", "r1", "no-show", {"absent": "volunteer"})
    world.redeem("r2", recipient="lan", start="D2 09:00")
    world.act("min", "r2", "assignment")
    world.set_time("D2 09:30")
    second = world.act("coord", "r2", "no-show", {"absent": "volunteer"})
    world.set_time("D9 09:29")
    world.redeem("r3", recipient="lan", start="D9 14:00")
    paused = world.act("min", "r3", "assignment")
    world.set_time("D9 09:30")

    assert (early, other, first, second) == ("no_show_too_early", "not_authorised", "", "")
    assert (paused, world.act("min", "r3", "assignment")) == ("volunteer_paused", "")
    assert world.served("min")["marks"]["no_shows"] == 2
    assert [event.absent for event in world.said(wire.NoShowRecorded)] == ["volunteer", "volunteer"]


def test_an_absent_recipient_is_never_marked_and_opens_a_welfare_check(world: OrdersHarness) -> None:
    world.redeem("r1", recipient="lan", start="D1 14:00")
    world.act("min", "r1", "assignment")
    world.set_time("D1 14:30")
    check = f"/v1/incidents/{named('r1')}"

    assert world.act("min", "r1", "no-show", {"absent": "recipient"}) == ""
    opened = world.call("GET", "cadmin", check).get_json()["state"], world.queue("urgent")
    refused = world.call("POST", "min", f"{check}/closing", {"outcome": "safe"}).get_json()["code"]
    unsaid = world.call("POST", "op", f"{check}/closing", {"outcome": "at_her_daughters"}).get_json()["code"]
    ended = {"outcome": "at_her_daughters", "ending": "false_alarm"}
    closed = world.call("POST", "op", f"{check}/closing", ended).get_json()["state"]
    again = world.call("POST", "op", f"{check}/closing", ended).get_json()["code"]

    assert opened == ("escalated", {str(named("r1"))})
    assert (refused, unsaid, closed, again) == ("not_authorised", "ending_required", "closed", "wrong_order_state")
    assert (world.state("r1"), world.queue("urgent")) == ("no_show", set())
    assert world.served("min")["marks"]["no_shows"] == 0
    assert len(world.said(wire.IncidentOpened)) == len(world.said(wire.IncidentClosed)) == 1


def test_an_emergency_is_never_a_volunteers_order(world: OrdersHarness) -> None:
    call = world.call("PUT", "lan", f"/v1/incidents/{named('u1')}", {"person_id": str(named("lan"))})

    assert call.get_json()["state"] == "escalated"
    assert world.queue("urgent") == {str(named("u1"))}
    assert world.act("min", "u1", "assignment") == "emergency_not_for_volunteers"
    assert world.act("min", "nothing", "assignment") == "order_not_found"


def test_purchased_help_is_worked_by_the_providers_staff(world: OrdersHarness) -> None:
    world.person("nurse", roles=["provider_worker"], training=False, insured_until="")
    world.place("lan", "o1", recipient="lan", start="D2 09:00", service="A2", funding="purchased")
    place(world, "o2", "D3 09:00")

    assert world.act("min", "o1", "assignment") == "provider_required"
    assert world.act("nurse", "o1", "assignment") == ""
    assert world.act("nurse", "o2", "assignment") == "not_authorised"


def test_who_could_help_is_told_with_reasons_and_never_assigned(world: OrdersHarness) -> None:
    place(world, "o0", "D1 09:00")
    world.act("hua", "o0", "assignment")
    world.serve("o0", by="hua", start="D1 09:00", end="D1 10:01")
    world.person("fresh", roles=["volunteer"], training=False)
    place(world)

    rows = world.call("GET", "coord", f"/v1/matches?order={named('o1')}").get_json()["items"]

    assert [row["person_id"] for row in rows] == [str(named("hua")), str(named("min"))]
    assert {reason["reason"] for reason in rows[0]["reasons"] if reason["percent"]} >= {"near", "served_before"}
    assert world.state("o1") == "published"
    assert world.call("GET", "min", f"/v1/matches?order={named('o1')}").status_code == 403


def test_an_order_is_offered_to_several_and_the_first_who_accepts_has_it(world: OrdersHarness) -> None:
    place(world)
    for who in ("min", "hua", "hua"):
        assert world.act("coord", "o1", "offers", {"to": str(named(who))}) == ""

    offered = [offer["to"] for offer in world.order("o1")["offers"]]
    mine = world.order("o1", by="min")
    listed = world.call("GET", "min", "/v1/orders").get_json()["items"]
    declined = world.act("min", "o1", "offers/refusal")
    left = [offer["to"] for offer in world.order("o1")["offers"]]
    accepted = world.act("hua", "o1", "offers/acceptance")

    assert offered == [str(named("min")), str(named("hua"))]
    assert (mine["offered_to"], "offers" in mine, len(listed)) == (str(named("min")), False, 1)
    assert (declined, left, accepted) == ("", [str(named("hua"))], "")
    assert (world.state("o1"), world.order("o1")["offers"]) == ("taken", [])


def test_no_more_people_are_asked_at_once_than_the_policy_says(world: OrdersHarness) -> None:
    world.policy({"offer": {"open_max": 1}}, version=2)
    place(world)
    world.act("coord", "o1", "offers", {"to": str(named("min"))})

    too_many = world.act("coord", "o1", "offers", {"to": str(named("hua"))})
    world.set_time("D1 10:01")
    after_it_lapsed = world.act("coord", "o1", "offers", {"to": str(named("hua"))})

    assert (too_many, after_it_lapsed) == ("offers_too_many", "")
    assert [offer["to"] for offer in world.order("o1")["offers"]] == [str(named("hua"))]
