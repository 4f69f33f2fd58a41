"""Where help goes that nobody took: a purchased order whose minutes are held, or the market, until its outcome."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from libs.contracts.events import accounts, orders as wire, redemption
from services.orders.tests.harness import OrdersHarness, at, named, outcome, said


def referred(world: OrdersHarness, fallback: str, label: str = "r1") -> None:
    """Let redemption say where an expired order goes."""
    opened = str(named("p1")) if fallback == "purchased" else ""
    event = redemption.FallbackReferred(order_id=str(named(label)), fallback=fallback, purchased_order_id=opened)
    world.hear(event, subject=event.order_id)
    world.settle()


@pytest.fixture
def expired(world: OrdersHarness) -> OrdersHarness:
    """Lan was asked on D6 21:00, and wants to be referred."""
    world.redeem("r1", recipient="lan", start="D8 09:00", service="A2", minutes=120)
    world.set_time("D6 21:00")
    assert world.act("lan", "r1", "referral") == ""
    return world


def referral(world: OrdersHarness, by: str = "lan", label: str = "r1") -> dict[str, Any]:
    """Return the referral of an order as somebody sees it."""
    return dict(world.call("GET", by, f"/v1/orders/{named(label)}/referral").get_json())


def name(world: OrdersHarness, by: str = "op", **others: Any) -> str:
    """Say who serves instead."""
    body = {"provider": "安心家政", "contact": "0571 12345", "comes": at("D8 10:00").isoformat(), **others}
    return world.act(by, "r1", "referral/provider", body)


def kept_words(world: OrdersHarness) -> int:
    """Return in how many answers that are kept the name of who serves stands."""
    with world.database.reading() as connection:
        count = sa.text("SELECT count(*) FROM command WHERE answer::text LIKE '%安心家政%'")
        return int(connection.execute(count).scalar_one())


def say(world: OrdersHarness, word: str, by: str = "op", **others: Any) -> str:
    """Say what came of it."""
    return world.act(by, "r1", "referral/outcome", {"outcome": word, **others})


def test_purchased_help_opens_an_order_that_a_provider_takes(expired: OrdersHarness) -> None:
    expired.person("worker", roles=["provider_worker"])
    referred(expired, "purchased")

    order, opened = expired.order("r1"), expired.order("p1")
    assert (order["state"], order["fallback"], referral(expired)["state"]) == ("expired", "purchased", "ordered")
    assert referral(expired)["purchased_order_id"] == str(named("p1"))
    assert (opened["state"], opened["funding"], opened["start"]) == ("published", "purchased", order["start"])
    assert (opened["minutes"], opened["recipient_id"]) == (120, str(named("lan")))
    assert expired.act("min", "p1", "assignment") == "provider_required"
    assert expired.act("worker", "p1", "assignment") == ""
    assert name(expired) == "referral_over"


def test_heard_twice_it_is_opened_once(expired: OrdersHarness) -> None:
    referred(expired, "purchased")
    referred(expired, "purchased")

    assert len([event for event in expired.said(wire.OrderPlaced) if event.order_id == str(named("p1"))]) == 1


def test_what_a_rule_bars_by_now_is_declined_and_goes_to_the_market(expired: OrdersHarness) -> None:
    expired.redeem("r2", recipient="lan", start="D8 09:30")
    referred(expired, "purchased")

    (declined,) = expired.said(wire.OrderDeclined)
    assert (declined.order_id, declined.funding) == (str(named("p1")), "purchased")
    assert (expired.order("r1")["fallback"], referral(expired)["state"]) == ("market", "open")


def test_the_market_names_who_serves_and_stays_open_until_its_outcome(expired: OrdersHarness) -> None:
    referred(expired, "market")
    waiting = expired.queue("referral")
    acts = {act["act"]: act["allowed"] for act in expired.order("r1", "op")["acts"]}
    assert (acts["name_provider"], acts["record_outcome"]) == (True, True)
    assert name(expired) == ""

    shown = referral(expired)
    assert (shown["provider"], shown["contact"], shown["state"]) == ("安心家政", "0571 12345", "open")
    assert [n.person_id for n in expired.said(wire.NoticeWanted) if n.purpose == "provider_named"] == [
        str(named("lan"))
    ]
    assert say(expired, "served", by="lan", words="很好") == ""
    assert (waiting, expired.queue("referral")) == ({str(named("r1"))}, set())
    assert (referral(expired)["state"], referral(expired)["words"]) == ("served", "很好")
    assert say(expired, "not_served") == "referral_over"
    expired.set_time("D40 09:00")
    assert referral(expired)["state"] == "served"


def test_who_may_name_and_say(expired: OrdersHarness) -> None:
    referred(expired, "market")

    assert [name(expired, by) for by in ("lan", "min", "audit", "op_d2")] == [
        "not_authorised", "not_authorised", "not_authorised", "out_of_scope",
    ]  # fmt: skip
    assert [say(expired, "served", by) for by in ("mei", "min", "audit", "op_d2")] == [
        "not_authorised", "not_authorised", "not_authorised", "out_of_scope",
    ]  # fmt: skip
    others = [expired.call("GET", by, f"/v1/orders/{named('r1')}/referral") for by in ("mei", "min")]
    assert [outcome(answer) for answer in others] == ["order_not_found"] * 2
    acting = {"acting_for": str(named("lan")), "consent": said()}
    assert say(expired, "withdrawn", "op", **acting) == ""


def test_of_whom_nobody_says_what_came_it_is_unknown_and_stands_on_the_list(expired: OrdersHarness) -> None:
    referred(expired, "market")
    assert name(expired) == ""
    expired.set_time("D22 09:59")
    before = referral(expired)["state"]
    expired.set_time("D22 10:00")

    assert (before, referral(expired)["state"]) == ("open", "unknown")
    assert expired.queue("referral") == {str(named("r1"))}
    assert name(expired) == "referral_over"
    assert say(expired, "not_served") == ""
    assert (referral(expired)["state"], expired.queue("referral")) == ("not_served", set())


def test_what_is_unknown_leaves_the_list_after_a_month(expired: OrdersHarness) -> None:
    referred(expired, "market")
    expired.set_time("D52 08:59")
    listed = expired.queue("referral")
    expired.set_time("D52 09:01")

    assert (listed, expired.queue("referral")) == ({str(named("r1"))}, set())


@pytest.mark.parametrize("how", ["died", "erased"])
def test_nobody_comes_to_who_has_gone(expired: OrdersHarness, how: str) -> None:
    referred(expired, "market")
    assert name(expired) == ""

    if how == "died":
        expired.hear(accounts.PersonDied(person_id=str(named("lan"))), subject=str(named("lan")))
    else:
        expired.forget("lan")

    shown = referral(expired, "op")
    words = [shown[name] for name in ("provider", "contact", "words")]
    assert (shown["state"], words == ["", "", ""]) == ("withdrawn", how == "erased")
    assert kept_words(expired) == 0, "no answer that is kept for a repeat has them"
    assert say(expired, "served") == "referral_over"


def test_referrals_are_counted_by_outcome(expired: OrdersHarness) -> None:
    referred(expired, "market")
    assert say(expired, "not_served") == ""

    path = f"/v1/indicators?unit={named('d1')}&month=2026-03"
    (month,) = expired.call("GET", "cadmin", path).get_json()["items"]
    figures = {figure["indicator"]: figure["value"] for figure in month["figures"]}
    names = ("no_taker", "referred_market", "market_not_served", "market_served")
    assert {name: figures[name] for name in names} == dict(zip(names, (1, 1, 1, 0), strict=True))


def test_an_order_that_went_nowhere_has_no_referral(world: OrdersHarness) -> None:
    world.redeem("r1", recipient="lan", start="D8 09:00")

    answer = world.call("GET", "lan", f"/v1/orders/{named('r1')}/referral")
    assert outcome(answer) == "referral_not_found"
