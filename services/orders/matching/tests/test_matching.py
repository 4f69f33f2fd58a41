"""Who is looked at for an order where not all can be: those who helped before, then those who live nearest."""

from __future__ import annotations

import pytest

from services.orders.matching import store
from services.orders.tests.harness import OrdersHarness, named

NEAR, FURTHER, FAR = (31_240, 121_470), (31_300, 121_470), (31_900, 121_470)


@pytest.fixture
def street(world: OrdersHarness, monkeypatch: pytest.MonkeyPatch) -> OrdersHarness:
    """Five volunteers at one, seven and seventy kilometres from lan, of whom only two may be looked at."""
    monkeypatch.setattr(store, "CANDIDATES_MAX", 2)
    for label in ("min", "hua"):
        world.person(label, roles=["volunteer"], home=FURTHER, version=2)
    for number in range(3):
        world.person(f"far{number}", roles=["volunteer"], home=FAR)
    world.place("coord", "o1", recipient="lan", start="D5 09:00")
    return world


def matched(world: OrdersHarness) -> list[tuple[str, int | None]]:
    """Return who is proposed for o1, with how far they live."""
    labels = {str(named(label)): label for label in ("min", "hua", "next", "far0", "far1", "far2")}
    rows = world.call("GET", "coord", f"/v1/matches?order={named('o1')}").get_json()["items"]
    return [(labels[row["person_id"]], row["distance_m"]) for row in rows]


def test_the_nearest_are_looked_at_whatever_their_ids(street: OrdersHarness) -> None:
    street.person("next", roles=["volunteer"], home=NEAR)

    (first, distance_m), (second, _) = matched(street)

    assert (first, distance_m) == ("next", 1000)
    assert second in ("min", "hua")


def test_who_helped_before_is_looked_at_however_far_they_live(street: OrdersHarness) -> None:
    street.place("coord", "o0", recipient="lan", start="D1 09:00")
    street.act("far1", "o0", "assignment")
    street.serve("o0", by="far1", start="D1 09:00", end="D1 10:01")

    first, *others = (label for label, _ in matched(street))

    assert first == "far1"
    assert set(others) == {"min", "hua"}


def test_where_few_live_near_the_far_are_looked_at_too(street: OrdersHarness) -> None:
    for label in ("min", "hua"):
        street.person(label, roles=["volunteer"], home=FAR, version=3)

    proposed = matched(street)

    assert len(proposed) == 2
    assert {distance_m for _, distance_m in proposed} == {None}


def reasons(world: OrdersHarness, number: int = 0) -> dict[str, tuple[int, int, int]]:
    """Return the reasons of one who is proposed for o1: weight, percent, points."""
    row = world.call("GET", "coord", f"/v1/matches?order={named('o1')}").get_json()["items"][number]
    assert row["points"] == sum(reason["points"] for reason in row["reasons"])
    return {reason["reason"]: (reason["weight"], reason["percent"], reason["points"]) for reason in row["reasons"]}


def test_each_reason_has_the_weight_that_the_district_gives_it(world: OrdersHarness) -> None:
    world.place("coord", "o1", recipient="lan", start="D5 09:00")
    world.person("next", roles=["volunteer"], home=NEAR)
    by_default = reasons(world)

    world.policy({"match": {"near_weight": 10, "fair_share_weight": 90}}, version=2)
    weighed = reasons(world)

    assert by_default == {
        "near": (40, 90, 36),
        "served_before": (30, 0, 0),
        "free_time": (15, 100, 15),
        "fair_share": (15, 100, 15),
        "language": (20, 0, 0),
    }
    assert (weighed["near"], weighed["fair_share"]) == ((10, 90, 9), (90, 100, 90))


def test_the_weights_decide_who_stands_first(street: OrdersHarness) -> None:
    street.place("coord", "o0", recipient="lan", start="D1 09:00")
    street.act("far1", "o0", "assignment")
    street.serve("o0", by="far1", start="D1 09:00", end="D1 10:01")
    first_by_default = matched(street)[0][0]

    street.policy({"match": {"near_weight": 100, "served_before_weight": 0}}, version=2)

    assert first_by_default == "far1"
    assert matched(street)[0][0] in ("min", "hua")


def test_who_is_taken_that_day_or_served_much_lately_counts_less(world: OrdersHarness) -> None:
    world.policy({"match": {"fair_share_orders": 2}, "plan": {"day_minutes_max": 120}}, version=2)
    world.place("coord", "o0", recipient="lan", start="D1 09:00")
    world.act("min", "o0", "assignment")
    world.serve("o0", by="min", start="D1 09:00", end="D1 10:01")
    world.place("coord", "o1", recipient="mei", start="D5 09:00")
    world.place("coord", "o2", recipient="lan", start="D5 14:00")
    world.act("min", "o2", "assignment")

    rows = world.call("GET", "coord", f"/v1/matches?order={named('o1')}").get_json()["items"]

    held = {row["person_id"]: {reason["reason"]: reason["percent"] for reason in row["reasons"]} for row in rows}
    assert (held[str(named("min"))]["free_time"], held[str(named("min"))]["fair_share"]) == (50, 50)
    assert (held[str(named("hua"))]["free_time"], held[str(named("hua"))]["fair_share"]) == (100, 100)
    words = {reason["reason"]: reason["en"] for reason in rows[-1]["reasons"]}
    assert words["free_time"] == "60 minutes free that day"


def test_what_bars_others_is_named_and_counted(world: OrdersHarness) -> None:
    world.person("hua", roles=["volunteer"], training=False, version=2)
    world.relate("lan", "child", "min")
    world.place("coord", "o1", recipient="lan", start="D5 09:00")

    answer = world.call("GET", "coord", f"/v1/matches?order={named('o1')}").get_json()

    assert answer["items"] == []
    assert {row["code"]: row["volunteers"] for row in answer["barred"]} == {"training_missing": 1, "related_party": 1}
    assert all(row["zh"] != row["en"] for row in answer["barred"])
