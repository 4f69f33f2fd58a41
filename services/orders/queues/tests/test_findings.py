"""What is unusual says its numbers, the pair its history; staff of the place see it, for any number of orders alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from libs.programme.policy.store import forget_read_policies
from services.orders.core.rules.evidence import FLAG_WORDS
from services.orders.queues.rules.findings import PairFacts, ordinal, sentence_of
from services.orders.tests.harness import OrdersHarness, named
from tests.support.trips import counted_trips

PATH = "/v1/queues/approval/findings"
PART = PairFacts(
    order_id=UUID(int=1),
    volunteer_id=UUID(int=2),
    minutes=60,
    planned_minutes=45,
    late_minutes=33,
    metres_from_home=1_234,
    day_minutes=510,
    pair_30_days=13,
    same_minutes_in_month=4,
    together_count=31,
    since=datetime(2025, 3, 1, tzinfo=UTC),
    disputed_count=1,
    reversed_count=0,
)


@pytest.mark.parametrize(
    ("flag", "en", "zh"),
    [
        ("round_minutes", "4th time this month that these two report exactly 60 minutes", "第4次恰好报60分钟"),
        ("frequent_pair", "13th time in 30 days that these two meet", "三十日内第13次"),
        ("over_daily_limit", "510 minutes on that day", "510分钟"),
        ("overrun", "60 minutes were served, 45 were planned", "计划45分钟"),
        ("off_place", "Checked in 1234 metres from", "1234米"),
        ("late_check_in", "Checked in 33 minutes after", "晚33分钟"),
        ("weak_evidence", FLAG_WORDS["weak_evidence"], "时"),
    ],
)
def test_a_flag_says_its_numbers(flag: str, en: str, zh: str) -> None:
    said = sentence_of(flag, [replace(PART, pair_30_days=2, same_minutes_in_month=2, metres_from_home=None), PART])

    assert en in said["en"]
    assert zh in said["zh"]


def test_the_first_round_number_of_a_pair_speaks_of_the_volunteer() -> None:
    said = sentence_of("round_minutes", [replace(PART, same_minutes_in_month=1)])

    assert said["en"] == "Exactly 60 minutes, in a long run of round numbers of the volunteer"


@pytest.mark.parametrize("flag", FLAG_WORDS)
def test_every_flag_has_words_also_where_nothing_is_known(flag: str) -> None:
    assert all(sentence_of(flag, []).values())
    assert all("%(" not in words for words in sentence_of(flag, [PART]).values())


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (21, "21st"), (113, "113th")],
)
def test_numbers_are_counted_off_as_english_does(number: int, words: str) -> None:
    assert ordinal(number) == words


def visit(world: OrdersHarness, label: str, day: int, *, end: str = "10:00", by: str = "min") -> None:
    """Let somebody serve the elder for an hour, and let her confirm."""
    world.redeem(label, recipient="lan", start=f"D{day} 09:00")
    assert world.act(by, label, "assignment") == ""
    world.serve(label, by=by, start=f"D{day} 09:00", end=f"D{day} {end}")
    assert world.act("lan", label, "confirmation") == ""


def findings(world: OrdersHarness, by: str = "coord", path: str = PATH) -> dict[str, Any]:
    """Return the findings by order."""
    answer = world.call("GET", by, path)
    assert answer.status_code == 200, answer.get_json()
    return {row["order_id"]: row for row in answer.get_json()["items"]}


def test_the_history_of_the_pair_counts_this_visit_disputes_and_reversals(world: OrdersHarness) -> None:
    visit(world, "r1", 1)
    visit(world, "r2", 2)
    assert world.act("coord", "r1", "approval") == ""
    world.person("other", roles=["volunteer"])
    visit(world, "r3", 3, by="other")

    by_order = findings(world)

    [pair] = by_order[str(named("r2"))]["pairs"]
    assert pair["volunteer_id"] == str(named("min"))
    assert (pair["together_count"], pair["disputed_count"], pair["reversed_count"]) == (2, 0, 0)
    assert pair["since"] == "2026-03-02T01:00:00Z"
    assert by_order[str(named("r3"))]["pairs"][0]["together_count"] == 1
    assert str(named("r1")) not in by_order


def test_a_run_of_exact_hours_is_said_with_how_often_this_month(world: OrdersHarness) -> None:
    for day in range(1, 7):
        visit(world, f"r{day}", day)

    by_order = findings(world)

    flag_words = {words["flag"]: words["en"] for words in by_order[str(named("r6"))]["flag_words"]}
    assert flag_words["round_minutes"] == "6th time this month that these two report exactly 60 minutes"
    assert by_order[str(named("r1"))]["pairs"][0]["together_count"] == 1


def test_findings_come_in_the_order_and_pages_of_the_queue(world: OrdersHarness) -> None:
    for day in (1, 2, 3):
        visit(world, f"r{day}", day)
    queue = world.call("GET", "coord", "/v1/approval-queue").get_json()["items"]
    first = world.call("GET", "coord", f"{PATH}?limit=2").get_json()
    second = world.call("GET", "coord", f"{PATH}?limit=2&cursor={first['next']}").get_json()

    rows = first["items"] + second["items"]
    assert [row["order_id"] for row in rows] == [order["order_id"] for order in queue]
    assert second["next"] is None


def test_only_staff_of_the_place_see_them(world: OrdersHarness) -> None:
    visit(world, "r1", 1)

    assert world.call("GET", "lan", PATH).status_code == 403
    assert world.call("GET", "min", PATH).status_code == 403
    assert findings(world, "coord_k2") == {}
    assert list(findings(world, "audit")) == [str(named("r1"))]


def test_many_orders_cost_as_many_statements_as_one(world: OrdersHarness) -> None:
    for day in range(1, 7):
        visit(world, f"r{day}", day)

    def trips(limit: int) -> list[int]:
        forget_read_policies()
        with counted_trips(world.database) as counted:
            assert world.call("GET", "coord", f"{PATH}?limit={limit}").status_code == 200
        return counted

    assert trips(6) == trips(1)
