"""Hints say a pattern with its numbers, beside the flags; below their bounds, and to outsiders, they say nothing."""

from __future__ import annotations

import pytest

from services.orders.queues.rules.hints import DeskFacts, Facts, NightFacts, RingFacts, RoundHoursFacts
from services.orders.queues.tests.test_findings import findings, visit
from services.orders.tests.harness import OrdersHarness, named


@pytest.mark.parametrize(
    ("facts", "hint", "en", "zh"),
    [
        (
            RingFacts(2, 3),
            "mutual_ring",
            "These two serve each other: 3 visits or more each way in 90 days",
            "互相服务",
        ),
        (RingFacts(4, 5), "mutual_ring", "4 people serve one another in a ring: 5 visits", "4人"),
        (NightFacts(3, 6), "unusual_hours", "3 of the volunteer's 6 visits in 30 days", "6次"),
        (RoundHoursFacts(6, 8), "round_hours", "6 of the volunteer's last 8 visits lasted a multiple of 30", "最近8次"),
        (DeskFacts(8, 40, 100), "one_desk", "confirmed for 8 people in 30 days: 40 of 100", "8人"),
    ],
)
def test_a_hint_says_its_numbers(facts: Facts, hint: str, en: str, zh: str) -> None:
    said = facts.hint()

    assert said is not None
    assert said["hint"] == hint
    assert en in said["en"]
    assert zh in said["zh"]


@pytest.mark.parametrize(
    "facts",
    [
        RingFacts(2, 2),
        NightFacts(2, 2),
        NightFacts(3, 7),
        DeskFacts(7, 90, 100),
        DeskFacts(9, 39, 100),
        RoundHoursFacts(5, 8),
        RoundHoursFacts(7, 7),
    ],
)
def test_below_its_bounds_a_pattern_is_nothing_unusual(facts: Facts) -> None:
    assert facts.hint() is None


def hints(world: OrdersHarness, label: str) -> set[str]:
    """Return the names of the hints of an order in the queue."""
    return {hint["hint"] for hint in findings(world)[str(named(label))]["hints"]}


def serve(world: OrdersHarness, label: str, *, by: str, whom: str, day: int, hour: int = 9, minutes: int = 50) -> None:
    """Let somebody serve somebody else, who confirms."""
    start, end = f"D{day} {hour:02}:00", f"D{day} {hour + minutes // 60:02}:{minutes % 60:02}"
    world.redeem(label, recipient=whom, start=start)
    assert world.act(by, label, "assignment") == ""
    world.serve(label, by=by, start=start, end=end)
    assert world.act(whom, label, "confirmation") == ""


def test_two_who_serve_each_other_again_and_again_are_a_ring(world: OrdersHarness) -> None:
    world.person("min", roles=["volunteer", "recipient"], version=2)
    world.person("hua", roles=["volunteer", "recipient"], version=2)
    for number in range(3):
        serve(world, f"a{number}", by="min", whom="hua", day=1 + 2 * number)
        serve(world, f"b{number}", by="hua", whom="min", day=2 + 2 * number)

    assert hints(world, "b2") == {"mutual_ring"}
    assert hints(world, "a1") == set()


def test_one_odd_visit_ends_a_streak_of_round_ones_and_not_the_pattern(world: OrdersHarness) -> None:
    for day in range(1, 9):
        serve(world, f"r{day}", by="min", whom="lan", day=day, minutes=57 if day in (3, 7) else 60)
    for day in range(1, 9):
        serve(world, f"h{day}", by="hua", whom="mei", day=day, minutes=60 if day % 2 else 53)

    assert (hints(world, "r7"), hints(world, "r8")) == (set(), {"round_hours"})
    assert hints(world, "h8") == set()
    words = findings(world)[str(named("r8"))]["flag_words"]
    assert "round_minutes" not in {words_of["flag"] for words_of in words}


def test_visits_at_night_are_said_and_those_by_day_are_not(world: OrdersHarness) -> None:
    for day in (1, 2, 3):
        serve(world, f"n{day}", by="min", whom="lan", day=day, hour=22)
    serve(world, "d4", by="min", whom="lan", day=4)

    assert hints(world, "n3") == {"unusual_hours"}
    assert hints(world, "n2") == hints(world, "d4") == set()


def test_a_desk_that_confirms_for_everybody_is_said_and_her_own_word_is_not(world: OrdersHarness) -> None:
    for number in range(8):
        world.person(f"elder{number}", roles=["recipient"])
        world.redeem(f"o{number}", recipient=f"elder{number}", start=f"D{number + 1} 09:00")
        assert world.act("min", f"o{number}", "assignment") == ""
        world.serve(f"o{number}", by="min", start=f"D{number + 1} 09:00", end=f"D{number + 1} 09:50")
        consent = {"how": "phone", "given_at": world.clock.now().isoformat(), "words": "She agrees"}
        body = {"acting_for": str(named(f"elder{number}")), "consent": consent}
        assert world.act("op", f"o{number}", "confirmation", body) == ""
    visit(world, "own", 9)

    assert hints(world, "o0") == {"one_desk"}
    assert hints(world, "own") == set()
    assert all(
        "one_desk" not in row["flags"] for row in world.call("GET", "coord", "/v1/approval-queue").get_json()["items"]
    )
