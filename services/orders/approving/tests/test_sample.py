"""The sample is drawn by a seed, called about by another office, and what she says has consequences."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

import pytest

from services.orders.approving.rules.sample import draw_of
from services.orders.approving.tests.test_approving import confirmed
from services.orders.tests.harness import OrdersHarness, named

ALL = {"review": {"sample_rate_percent": 100}}


@pytest.fixture
def drawn(world: OrdersHarness) -> OrdersHarness:
    """Return a world in which an hour of r1 was served, confirmed and drawn."""
    world.policy(ALL)
    confirmed(world)
    return world


def call(world: OrdersHarness, outcome: str, *, by: str = "op", **more: Any) -> str:
    """Note what came of a call about r1."""
    return world.act(by, "r1", "sample-call", {"outcome": outcome, **more})


def sample(world: OrdersHarness) -> dict[str, Any]:
    """Return what the evidence of r1 says of the sample."""
    return dict(world.call("GET", "check", f"/v1/orders/{named('r1')}/evidence").get_json()["sample"])


def waiting(world: OrdersHarness, by: str = "op") -> set[str]:
    """Return what waits for a call."""
    return {row["order_id"] for row in world.call("GET", by, "/v1/queues/sample").get_json()["items"]}


def test_a_draw_is_computed_again_from_the_seed_which_is_told_the_day_after(drawn: OrdersHarness) -> None:
    early = sample(drawn)
    drawn.set_time("D2 08:00")
    late = sample(drawn)

    number = hashlib.sha256(bytes.fromhex(late["seed"]) + named("r1").bytes).digest()[:8]
    assert early["seed"] is None
    assert (late["day"], late["drawn"], late["share_percent"]) == ("2026-03-02", True, 100)
    assert draw_of(bytes.fromhex(late["seed"]), named("r1")) == int.from_bytes(number, "big") % 100


def test_the_share_is_drawn_and_another_seed_draws_others() -> None:
    orders = [UUID(int=number) for number in range(2_000)]
    first, second = ({order for order in orders if draw_of(seed, order) < 5} for seed in (b"a" * 32, b"b" * 32))

    assert 60 < len(first) < 140
    assert len(first & second) < 20


def test_she_agrees_and_is_called_no_more(drawn: OrdersHarness) -> None:
    before = waiting(drawn)

    assert call(drawn, "agreed") == ""

    assert (before, waiting(drawn)) == ({str(named("r1"))}, set())
    assert drawn.state("r1") == "confirmed"
    assert (sample(drawn)["outcome"], sample(drawn)["called_by"]) == ("agreed", str(named("op")))
    assert call(drawn, "agreed", by="op_b") == "already_decided"


@pytest.mark.parametrize(("outcome", "minutes", "says"), [("other_minutes", 20, 20), ("did_not_happen", None, 0)])
@pytest.mark.parametrize("is_settled", [False, True])
def test_what_was_less_is_in_dispute_also_after_it_was_settled(
    drawn: OrdersHarness, outcome: str, minutes: int | None, says: int, is_settled: bool
) -> None:
    if is_settled:
        assert drawn.act("coord", "r1", "approval") == ""
        assert drawn.act("check", "r1", "second-check", {"ok": True}) == ""

    assert call(drawn, outcome, minutes=minutes) == ""

    shown = drawn.order("r1")
    assert (shown["state"], shown["says_minutes"]) == ("disputed", says)
    assert sample(drawn)["said_minutes"] == says


def test_whom_nobody_reaches_is_called_again_until_it_is_too_late(drawn: OrdersHarness) -> None:
    assert call(drawn, "not_reached") == call(drawn, "not_reached", by="op_b") == ""
    tried, still = sample(drawn), waiting(drawn)

    drawn.set_time("D30 08:00")

    assert (tried["tries"], tried["outcome"], still) == (2, None, {str(named("r1"))})
    assert (sample(drawn)["outcome"], waiting(drawn)) == ("not_reached", set())
    assert call(drawn, "agreed") == "already_decided"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"outcome": "other_minutes"}, "minutes_out_of_range"),
        ({"outcome": "other_minutes", "minutes": 62}, "minutes_out_of_range"),
        ({"outcome": "agreed", "minutes": 20}, "minutes_out_of_range"),
    ],
)
def test_minutes_go_with_one_outcome_and_are_fewer(drawn: OrdersHarness, body: dict[str, Any], code: str) -> None:
    assert drawn.act("op", "r1", "sample-call", body) == code
    assert sample(drawn)["outcome"] is None


def test_only_another_office_calls(drawn: OrdersHarness) -> None:
    drawn.person("both", roles=["operator@d1", "coordinator@k1"])
    drawn.person("son", roles=["operator@d1"])
    drawn.relate("lan", "child", "son")

    answers = {
        by: call(drawn, "agreed", by=by) for by in ("both", "son", "coord", "check", "op_d2", "min", "lan", "audit")
    }

    assert answers == {
        "both": "maker_is_checker",
        "son": "approver_related",
        "coord": "not_authorised",
        "check": "not_authorised",
        "op_d2": "out_of_scope",
        "min": "not_authorised",
        "lan": "not_authorised",
        "audit": "not_authorised",
    }
    assert drawn.call("GET", "coord", "/v1/queues/sample").status_code == 403


def test_what_was_not_drawn_is_not_called_about(world: OrdersHarness) -> None:
    confirmed(world)

    assert call(world, "agreed") == "record_not_found"
    assert waiting(world) == set()
