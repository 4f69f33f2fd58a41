"""Who is offered an order is told, and told again when the offer has lapsed."""

from __future__ import annotations

from libs.contracts.events import orders as wire
from services.orders.tests.harness import OrdersHarness, named


def told(world: OrdersHarness) -> list[tuple[str, str]]:
    names = {str(named(who)): who for who in ("min", "hua")}
    wanted = [message for message in world.said(wire.NoticeWanted) if message.purpose.startswith("offer")]
    return [(names[message.person_id], message.purpose) for message in wanted]


def offered(world: OrdersHarness, who: str) -> None:
    assert world.act("coord", "o1", "offers", {"to": str(named(who))}) == ""


def test_each_is_told_of_an_offer_and_when_theirs_has_lapsed(world: OrdersHarness) -> None:
    assert world.place("coord", "o1", recipient="lan", start="D2 09:00") == ""
    offered(world, "min")
    world.set_time("D1 09:00")
    offered(world, "hua")

    world.set_time("D1 10:00")
    assert told(world) == [("min", "offered"), ("hua", "offered")]
    world.set_time("D1 10:01")
    assert told(world)[2:] == [("min", "offer_lapsed")]
    world.set_time("D1 11:01")

    assert told(world)[3:] == [("hua", "offer_lapsed")]


def test_what_was_taken_or_declined_does_not_lapse(world: OrdersHarness) -> None:
    assert world.place("coord", "o1", recipient="lan", start="D2 09:00") == ""
    offered(world, "min")
    offered(world, "hua")

    assert world.act("min", "o1", "offers/refusal") == ""
    assert world.act("hua", "o1", "offers/acceptance") == ""
    world.set_time("D1 12:00")

    assert [purpose for _, purpose in told(world)] == ["offered", "offered"]


def test_an_offer_made_anew_lapses_by_its_own_time(world: OrdersHarness) -> None:
    assert world.place("coord", "o1", recipient="lan", start="D2 09:00") == ""
    offered(world, "min")
    world.set_time("D1 09:00")
    offered(world, "min")

    world.set_time("D1 10:30")
    assert [purpose for _, purpose in told(world)] == ["offered", "offered"]
    world.set_time("D1 11:30")

    assert told(world)[-1] == ("min", "offer_lapsed")
