"""Who is not wanted takes nothing of hers, is proposed to nobody, and is never told."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from libs.contracts.events import orders as wire
from services.orders.tests.harness import OrdersHarness, named, outcome, said

LAN, MIN = str(named("lan")), str(named("min"))
WHY = "She was rude to me"


def say(world: OrdersHarness, by: str, *, act: str = "", **others: Any) -> str:
    """Say of min that lan does not want her; return "" or the code of the refusal."""
    path = f"/v1/not-wanted/{named('lan')}{act}"
    return outcome(world.call("POST", by, path, {"volunteer_id": MIN} | others))


def listed(world: OrdersHarness, by: str) -> Any:
    """Return the list as somebody sees it, or the code of the refusal."""
    answer = world.call("GET", by, f"/v1/not-wanted?person={named('lan')}")
    return answer.get_json()["items"] if answer.status_code == 200 else outcome(answer)


@pytest.fixture
def placed(world: OrdersHarness) -> OrdersHarness:
    world.place("coord", "o1", recipient="lan", start="D3 09:00")
    world.place("coord", "o2", recipient="lan", start="D4 09:00")
    world.place("coord", "o3", recipient="mei", start="D5 09:00")
    return world


def test_what_she_has_taken_opens_again_and_offers_to_her_are_recalled(placed: OrdersHarness) -> None:
    assert [placed.act("min", label, "assignment") for label in ("o1", "o3")] == ["", ""]
    assert placed.act("coord", "o2", "offers", {"to": MIN}) == ""

    assert say(placed, "lan", why=WHY) == ""
    placed.set_time("D1 08:01")

    assert [placed.state(label) for label in ("o1", "o2", "o3")] == ["published", "published", "taken"]
    assert placed.order("o2")["offers"] == []
    (released,) = placed.said(wire.OrderReleased)
    assert (released.volunteer_id, released.code) == (MIN, "not_open_to_volunteer")
    notices = [notice for notice in placed.said(wire.NoticeWanted) if notice.person_id == MIN]
    assert [notice.purpose for notice in notices if notice.purpose != "offered"] == ["visit_released"]
    assert WHY not in str(placed.said())


def test_she_takes_nothing_more_and_nobody_proposes_her(placed: OrdersHarness) -> None:
    say(placed, "lan", why=WHY)

    answers = [
        placed.act("min", "o1", "assignment"),
        placed.act("coord", "o1", "offers", {"to": MIN}),
        placed.act("min", "o3", "assignment"),
    ]
    matches = placed.call("GET", "coord", f"/v1/matches?order={named('o1')}").get_json()

    assert answers == ["not_open_to_volunteer", "not_open_to_volunteer", ""]
    assert MIN not in [match["person_id"] for match in matches["items"]]
    assert "not_open_to_volunteer" in [gate["code"] for gate in matches["barred"]]


def test_it_can_be_taken_back_and_then_its_reason_is_gone(placed: OrdersHarness) -> None:
    say(placed, "lan", why=WHY)

    assert say(placed, "lan", act="/lifting") == ""

    assert (listed(placed, "lan"), say(placed, "lan", act="/lifting")) == ([], "record_not_found")
    assert placed.act("min", "o1", "assignment") == ""
    with placed.database.reading() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM not_wanted")).scalar() == 0


def test_who_may_say_it_and_who_sees_why(placed: OrdersHarness) -> None:
    by_phone: dict[str, Any] = {"acting_for": LAN, "consent": said(), "why": WHY}
    answers = [
        say(placed, "min", why=WHY),
        say(placed, "hua"),
        say(placed, "coord", why=WHY),
        say(placed, "coord", acting_for=LAN, why=WHY),
        say(placed, "op_d2", **by_phone),
        say(placed, "hua", **by_phone),
        say(placed, "coord", **by_phone),
    ]

    assert answers[:3] == ["not_authorised"] * 3
    assert answers[3:] == ["consent_missing", "out_of_scope", "not_authorised", ""]
    (word,) = listed(placed, "lan")
    assert (word["volunteer_id"], word["said_by"], word["why"]) == (MIN, str(named("coord")), WHY)
    assert [listed(placed, by) for by in ("min", "hua")] == ["not_authorised", "not_authorised"]
    assert len(listed(placed, "coord")) == 1


def test_nobody_finds_themselves_on_a_list_whatever_their_office(placed: OrdersHarness) -> None:
    placed.person("both", roles=["volunteer", "coordinator@k1"])
    path = f"/v1/not-wanted/{named('lan')}"
    assert outcome(placed.call("POST", "lan", path, {"volunteer_id": str(named("both")), "why": WHY})) == ""

    assert (listed(placed, "both"), len(listed(placed, "lan"))) == ([], 1)


@pytest.mark.parametrize("who", ["nobody", "lan", "mei"])
def test_only_who_gives_help_may_be_named(world: OrdersHarness, who: str) -> None:
    assert say(world, "lan", volunteer_id=str(named(who))) == "record_not_found"


@pytest.mark.parametrize("who", ["lan", "min"])
def test_it_is_erased_with_either_of_them(placed: OrdersHarness, who: str) -> None:
    say(placed, "lan", why=WHY)

    placed.forget(who)

    with placed.database.reading() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM not_wanted")).scalar() == 0


def test_a_list_has_an_end(world: OrdersHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.orders.not_wanted.usecases.NOT_WANTED_MAX", 1)
    say(world, "lan")

    assert say(world, "lan", why=WHY) == ""
    world.person("xin", roles=["volunteer"])
    assert say(world, "lan", volunteer_id=str(named("xin"))) == "not_wanted_too_many"
