"""Whose token is good, and for what."""

from __future__ import annotations

from libs.clock import machine_now, to_microseconds
from services.orders.tests.harness import OrdersHarness, named


def test_suspended_staff_sign_nothing_even_while_their_token_is_good(world: OrdersHarness) -> None:
    world.place("coord", "o1", recipient="lan", start="D2 09:00")
    world.person("coord", roles=["coordinator@k1"], status="suspended", version=2)

    assert world.act("coord", "o1", "offers", {"to": str(named("min"))}) == "person_suspended"
    assert world.place("coord", "o2", recipient="mei", start="D2 09:00") == "person_suspended"


def test_a_key_is_good_while_accounts_names_it_also_when_it_retires(world: OrdersHarness) -> None:
    world.sign_with("k", retired_at_us=to_microseconds(machine_now()) + 600_000_000)

    retiring = world.call("GET", "lan", "/v1/catalogue-items").status_code

    assert retiring == 200


def test_a_key_that_accounts_no_longer_names_opens_nothing(world: OrdersHarness) -> None:
    world.sign_with("other")

    assert world.call("GET", "lan", "/v1/catalogue-items").status_code == 401
