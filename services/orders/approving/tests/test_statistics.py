"""Who signs hours sees their own signatures beside the middle of the others', who are many enough to be nobody."""

from __future__ import annotations

from typing import Any

from services.orders.approving.rules.statistics import Signatures, statistics_of
from services.orders.tests.harness import OrdersHarness, named

PATH = "/v1/approvals/statistics"
MANY, FEW = Signatures(40, 30, 50, 10, 4), Signatures(10, 90, 0, 0, 0)


def test_the_middle_is_of_the_others_and_only_of_three_or_more() -> None:
    signed = {named("a"): MANY, named("b"): FEW, named("c"): FEW, named("d"): MANY}

    shown = statistics_of(signed, named("a"))
    alone = statistics_of({named("a"): MANY, named("b"): FEW, named("c"): FEW}, named("a"))

    assert (shown.own, shown.others_count, shown.median) == (MANY, 3, FEW)
    assert (alone.others_count, alone.median) == (2, None)
    assert statistics_of({}, named("a")).own == Signatures()


def own(world: OrdersHarness, by: str) -> dict[str, Any]:
    """Return what somebody sees of their signatures."""
    answer = world.call("GET", by, PATH)
    assert answer.status_code == 200, answer.get_json()
    return dict(answer.get_json())


def visit(world: OrdersHarness, label: str, day: int, *, end: str = "10:00") -> None:
    """Let an hour be served and confirmed."""
    world.redeem(label, recipient="lan", start=f"D{day} 09:00")
    assert world.act("min", label, "assignment") == ""
    world.serve(label, by="min", start=f"D{day} 09:00", end=f"D{day} {end}")
    assert world.act("lan", label, "confirmation") == ""


def test_signatures_are_counted_with_how_long_they_waited_and_what_became_of_them(world: OrdersHarness) -> None:
    visit(world, "r1", 1)
    world.set_time("D1 12:00")
    assert world.act("coord", "r1", "approval") == ""
    assert world.act("lan", "r1", "dispute", {"says_minutes": 10}) == ""
    visit(world, "r2", 2, end="10:45")
    world.set_time("D2 15:00")
    assert world.act("coord", "r2", "approval") == ""
    assert world.act("check", "r2", "second-check", {"ok": True}) == ""

    shown = own(world, "coord")
    checker = own(world, "check")

    assert shown["days"] == 30
    assert shown["own"] == {
        "signed_count": 2,
        "waited_minutes": 120,
        "flagged_percent": 50,
        "disputed_percent": 50,
        "reversed_percent": 0,
    }
    assert (shown["others_count"], shown["median"]) == (1, None)
    assert (checker["own"]["signed_count"], checker["own"]["flagged_percent"]) == (1, 100)


def test_signatures_of_other_units_and_of_long_ago_are_not_counted(world: OrdersHarness) -> None:
    visit(world, "r1", 1)
    assert world.act("coord", "r1", "approval") == ""
    elsewhere = own(world, "coord_k2")

    world.set_time("D32 12:00")

    assert elsewhere["others_count"] == 0
    assert own(world, "coord")["own"]["signed_count"] == 0


def test_nobody_else_is_shown_signatures_and_no_one_is_named(world: OrdersHarness) -> None:
    refused = [world.call("GET", by, PATH).status_code for by in ("min", "lan", "op", "audit", "admin")]

    assert refused == [403] * 5
    assert set(own(world, "coord")) == {"days", "own", "others_count", "median"}
