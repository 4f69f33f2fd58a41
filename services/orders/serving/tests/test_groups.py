"""An order that wants several volunteers: how many, who comes when too few take it, and what each is counted."""

from __future__ import annotations

from typing import Any

from libs.contracts.events import orders as wire
from services.orders.tests.harness import OrdersHarness, named

THREE = ("a", "b", "c")


def place(
    world: OrdersHarness, label: str = "o1", *, persons: int | None = 3, start: str = "D5 09:00", **others: Any
) -> str:
    """Ask for several; return "" or the code of the refusal."""
    for volunteer in THREE:
        world.person(volunteer, roles=["volunteer"], certificates=["carer"])
    return world.place("coord", label, recipient="lan", start=start, persons=persons, **others)


def take(world: OrdersHarness, *labels: str) -> list[str]:
    """Let these take it."""
    return [world.act(label, "o1", "assignment") for label in labels]


def test_as_many_as_were_asked_for_take_it_and_each_costs_the_planned_time(world: OrdersHarness) -> None:
    assert place(world) == ""
    seen = world.order("o1", by="a")
    answers = take(world, "a", "b")
    half = world.order("o1")
    last = take(world, "c")

    assert (seen["persons"], seen["persons_taken"], seen["volunteers"]) == (3, 0, [])
    assert (answers, half["state"], half["persons_taken"], half["price_minutes"]) == (["", ""], "published", 2, 180)
    assert (last, world.state("o1")) == ([""], "taken")
    (taken,) = world.said(wire.OrderTaken)
    assert list(taken.volunteer_ids) == [str(named(label)) for label in THREE]
    assert world.said(wire.OrderPlaced)[0].persons == 3


def test_more_than_the_rules_allow_or_fewer_than_the_service_needs_are_refused(world: OrdersHarness) -> None:
    assert place(world, persons=5) == "persons_out_of_range"
    world.policy({"order": {"persons_max": 2}}, version=2)

    answers = [
        place(world, "o2"),
        place(world, "o3", persons=1, service="A3"),
        place(world, "o4", persons=0),
        place(world, "o5", persons=None, service="A3"),
    ]

    assert answers == ["persons_out_of_range", "persons_out_of_range", "invalid_fields", ""]
    assert world.order("o5")["persons"] == 2


def test_who_withdraws_leaves_the_others(world: OrdersHarness) -> None:
    place(world)
    take(world, *THREE)

    assert world.act("b", "o1", "withdrawal") == ""

    left = world.order("o1")
    assert (left["state"], [part["person_id"] for part in left["volunteers"]]) == (
        "published",
        [str(named("a")), str(named("c"))],
    )


def test_not_full_it_goes_with_those_who_took_it(world: OrdersHarness) -> None:
    place(world, start="D2 09:00")
    take(world, "a", "b")
    world.set_time("D2 08:44")
    before = world.state("o1"), world.act("a", "o1", "check-in")
    world.set_time("D2 08:45")

    assert before == ("published", "wrong_order_state")
    assert world.state("o1") == "taken"
    assert len(world.said(wire.OrderTaken)[0].volunteer_ids) == 2
    assert take(world, "c") == ["wrong_order_state"]
    assert world.act("a", "o1", "check-in", {"code": world.code("o1")}) == ""


def test_not_full_it_does_not_go_where_the_rules_say_so(world: OrdersHarness) -> None:
    world.policy({"order": {"goes_with_fewer": False}}, version=2)
    place(world, start="D2 14:00")
    take(world, "a", "b")

    world.set_time("D2 15:00")

    assert world.state("o1") == "expired"
    cancelled = [notice.person_id for notice in world.said(wire.NoticeWanted) if notice.purpose == "visit_cancelled"]
    assert cancelled == [str(named("a")), str(named("b"))]


def test_it_never_goes_with_fewer_than_the_service_needs(world: OrdersHarness) -> None:
    place(world, persons=3, service="A3", start="D2 09:00")
    take(world, "a")

    world.set_time("D2 09:00")

    assert world.state("o1") == "expired"


def test_each_is_counted_what_they_served_and_one_word_covers_all(world: OrdersHarness) -> None:
    place(world, "o0", start="D9 09:00")
    world.redeem("o1", recipient="lan", start="D2 09:00", persons=3)
    take(world, *THREE)
    world.set_time("D2 09:00")
    code = world.code("o1")
    for label in ("a", "b"):
        assert world.act(label, "o1", "check-in", {"code": code}) == ""
    world.set_time("D2 09:40")
    assert world.act("a", "o1", "check-out") == ""
    world.set_time("D2 10:02")
    assert world.act("b", "o1", "check-out") == ""
    early = world.state("o1")
    world.set_time("D2 11:00")
    late = world.state("o1")
    assert world.act("lan", "o1", "confirmation") == ""
    assert world.act("coord", "o1", "approval") == ""

    assert (early, late, world.state("o1")) == ("in_service", "finished", "settled")
    (approved,) = world.said(wire.HoursApproved)
    assert [(part.volunteer_id, part.actual_minutes) for part in approved.hours] == [
        (str(named("a")), 40),
        (str(named("b")), 62),
    ]
