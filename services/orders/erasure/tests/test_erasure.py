"""What stands against an erasure, and what it leaves."""

from __future__ import annotations

from typing import Any

from libs.contracts.events import accounts, orders as wire
from services.orders.tests.harness import OrdersHarness, named, said


def erasure_of(world: OrdersHarness, label: str) -> Any:
    asked = accounts.ErasureRequested(
        erasure_id=str(named(f"e-{label}")), person_id=str(named(label)), district_id=str(named("d1"))
    )
    world.hear(asked, subject=asked.person_id)
    return next(a for a in world.said(wire.ErasureAnswered) if a.person_id == asked.person_id)


def test_an_erasure_is_refused_while_orders_are_open_and_told_the_last_day_of_service(world: OrdersHarness) -> None:
    world.redeem("r1", recipient="lan", start="D2 09:00")
    world.act("min", "r1", "assignment")
    refused = erasure_of(world, "min")
    world.serve("r1", by="min", start="D2 09:00", end="D2 10:01")
    world.act("lan", "r1", "confirmation")
    world.act("coord", "r1", "approval")

    clear = erasure_of(world, "lan")

    assert (refused.answer, refused.code) == ("refused", "open_obligations")
    assert (clear.answer, clear.last_service_on) == ("clear", "2026-03-03")
    assert erasure_of(world, "hua").last_service_on == ""


def test_a_tombstone_deletes_the_person_and_the_words_about_them_but_no_step(world: OrdersHarness) -> None:
    world.relate("lan", "child", "hua")
    word = {"acting_for": str(named("lan")), "consent": said(words="Her own words to me"), "why": "her story"}
    world.place("op", "o1", recipient="lan", start="D2 09:00", **word)
    world.act("coord", "o1", "cancellation", {"why": "she fell ill"})

    world.forget("lan")

    shown = world.call("GET", "cadmin", f"/v1/orders/{named('o1')}/evidence").get_json()
    silent = said(words="")
    assert [(step["verb"], step["why"], step["consent"]) for step in shown["steps"]] == [
        ("place", "", silent),
        ("cancel", "", None),
    ]
    assert (shown["order"]["why"], shown["order"]["consent"]) == ("", silent)
    assert world.place("coord", "o2", recipient="lan", start="D3 09:00") == "record_not_found"
