"""What accounts tells of a caller counts from then on, whatever their token was given for."""

from __future__ import annotations

import pytest

from libs.clock import machine_now, to_microseconds
from libs.contracts.events import accounts
from services.orders.tests.harness import OrdersHarness, named

LIST = "/v1/orders?unit={}"


def _looks_and_acts(world: OrdersHarness, order: str) -> tuple[int, str]:
    listed = world.call("GET", "coord", LIST.format(named("k1"))).status_code
    return listed, world.place("coord", order, recipient="lan", start="D2 09:00")


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ({"roles": ["coordinator@k1"], "status": "suspended"}, (403, "person_suspended")),
        ({"roles": ["coordinator@k1"], "status": "deceased"}, (401, "not_signed_in")),
        ({"roles": ["coordinator@k1"], "status": "sealed"}, (401, "not_signed_in")),
        ({"roles": ["volunteer"]}, (403, "not_authorised")),
        ({"roles": ["coordinator@k2"]}, (403, "out_of_scope")),
    ],
)
def test_what_a_person_is_now_is_what_they_may_do(
    world: OrdersHarness, now: dict[str, object], told: tuple[int, str]
) -> None:
    assert _looks_and_acts(world, "o1") == (200, "")

    world.person("coord", version=2, **now)  # type: ignore[arg-type]  # what a person is told with

    assert _looks_and_acts(world, "o2") == told


def test_an_erased_person_is_not_signed_in_and_somebody_not_heard_of_comes_again(world: OrdersHarness) -> None:
    world.forget("coord")

    unheard = world.call("GET", "nobody yet", "/v1/orders")

    assert _looks_and_acts(world, "o1") == (401, "not_signed_in")
    assert (unheard.status_code, unheard.get_json()["code"]) == (503, "caller_not_yet_known")


def test_an_ended_session_is_not_signed_in(world: OrdersHarness) -> None:
    ended = accounts.SessionsEnded(
        person_id=str(named("coord")),
        session_ids=[str(named("another")), str(named(f"session/{named('coord')}"))],
        tokens_end_at_us=to_microseconds(machine_now()) + 600_000_000,
    )

    world.hear(ended, subject=ended.person_id)

    assert _looks_and_acts(world, "o1") == (401, "not_signed_in")
