"""Help is asked for, given, signed and settled."""

from __future__ import annotations

from libs.contracts.events import orders as wire
from services.orders.tests.harness import OrdersHarness, at, named


def test_a_redemption_becomes_an_order_that_is_served_approved_and_settled(world: OrdersHarness) -> None:
    world.redeem("r1", recipient="lan", start="D2 09:00", minutes=120)
    assert world.state("r1") == "published"

    assert world.act("min", "r1", "assignment") == ""
    world.serve("r1", by="min", start="D2 09:00", end="D2 10:55", place={"latitude": "31.23", "longitude": "121.47"})
    assert world.act("lan", "r1", "confirmation", {"rating": 5}) == ""
    waiting = world.order("r1")
    assert world.act("coord", "r1", "approval") == ""

    assert (waiting["state"], waiting["flags"]) == ("confirmed", [])
    assert world.state("r1") == "settled"
    (approved,) = world.said(wire.HoursApproved)
    (hours,) = approved.hours
    assert (hours.actual_minutes, hours.evidence_class, approved.policy_version) == (115, "verified", 1)
    assert (approved.planned_minutes, approved.payer_id, approved.settlement) == (120, str(named("lan")), 1)
    assert list(approved.approver_ids) == [str(named("coord"))]
    book = world.served("min")
    assert (book["total_minutes"], book["verified_minutes"], book["attested_minutes"]) == (115, 115, 0)
    assert world.served("lan")["total_minutes"] == 0


def test_the_events_of_the_flow_come_once_and_in_order(world: OrdersHarness) -> None:
    world.redeem("r1", recipient="lan", start="D2 09:00", minutes=120)
    world.act("min", "r1", "assignment")
    world.serve("r1", by="min", start="D2 09:00", end="D2 10:55")
    world.act("lan", "r1", "confirmation")
    world.act("coord", "r1", "approval")

    names = [type(message).__name__ for message in world.said()]

    assert names == [
        "OrderPlaced",
        "FundingRequested",
        "OrderPublished",
        "OrderTaken",
        "NoticeWanted",
        "ServiceStarted",
        "ServiceFinished",
        "NoticeWanted",
        "HoursApproved",
    ]


def test_a_refused_hold_declines_the_order_with_its_code(world: OrdersHarness) -> None:
    world.refuse[named("r1")] = "insufficient_credits"

    world.redeem("r1", recipient="lan", start="D2 09:00")

    shown = world.order("r1")
    assert (shown["state"], shown["code"]) == ("declined", "insufficient_credits")


def test_a_redemption_refused_for_eligibility_opens_nothing_and_is_seen_declined(world: OrdersHarness) -> None:
    world.redeem("r1", recipient="lan", start="D2 09:00", declined_code="recipient_too_young")

    assert world.order("r1")["code"] == "recipient_too_young"
    assert world.said() == []


def test_the_same_command_twice_has_one_effect_and_one_answer(world: OrdersHarness) -> None:
    world.place("coord", "o1", recipient="lan", start="D2 09:00")
    world.act("min", "o1", "assignment")
    world.serve("o1", by="min", start="D2 09:00", end="D2 10:07")
    world.act("lan", "o1", "confirmation")

    first = world.act("coord_b", "o1", "approval", key="a1")
    again = world.act("coord_b", "o1", "approval", key="a1")
    other = world.act("coord_b", "o1", "approval", {"why": "again"}, key="a1")

    assert (first, again, other) == ("", "", "id_reused")
    assert len(world.said(wire.HoursApproved)) == 1


def test_an_order_is_placed_once_under_its_id(world: OrdersHarness) -> None:
    assert world.place("coord", "o1", recipient="lan", start="D2 09:00") == ""

    assert world.place("coord", "o1", recipient="lan", start="D2 09:00") == ""
    assert world.place("coord", "o1", recipient="lan", start="D2 09:00", minutes=90) == "id_reused"
    assert world.place("coord_b", "o1", recipient="lan", start="D3 09:00") == "id_reused"
    assert len(world.said(wire.OrderPublished)) == 1


def test_hours_count_under_the_policy_of_the_day_the_service_began(world: OrdersHarness) -> None:
    world.redeem("r1", recipient="lan", start="D1 09:00", minutes=120)
    world.act("min", "r1", "assignment")
    world.policy({"time": {"rounding_step_minutes": 60}}, version=2, effective=at("D2 00:00").date())
    world.serve("r1", by="min", start="D1 09:00", end="D1 10:55")
    world.act("lan", "r1", "confirmation")

    world.set_time("D2 08:00")
    world.act("coord", "r1", "approval")

    (approved,) = world.said(wire.HoursApproved)
    assert approved.policy_version == 1
    assert world.order("r1")["policy_version"] == 1


def test_a_pool_order_asks_the_ledger_and_is_published_on_its_answer(world: OrdersHarness) -> None:
    world.person("ju", roles=["recipient"], hardship=["dibao"])

    assert world.place("ju", "o1", recipient="ju", start="D2 09:00", funding="pool") == ""

    (asked,) = world.said(wire.FundingRequested)
    assert (asked.funding, asked.price_minutes) == ("pool", 60)
    assert world.state("o1") == "published"


def test_a_pool_that_cannot_pay_declines(world: OrdersHarness) -> None:
    world.person("ju", roles=["recipient"], hardship=["tekun"])
    world.refuse[named("o1")] = "pool_insufficient"

    world.place("ju", "o1", recipient="ju", start="D2 09:00", funding="pool")

    assert world.order("o1")["code"] == "pool_insufficient"
