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
