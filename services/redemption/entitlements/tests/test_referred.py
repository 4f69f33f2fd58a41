"""What nobody took is referred: purchased minutes are held at once, or the market remains."""

from typing import Any

import pytest

from libs.clock import to_microseconds
from libs.contracts.events import orders, redemption as own
from libs.inbox import NotYetKnownError
from services.redemption.tests.support import Bench, local


@pytest.fixture
def people(bench: Bench) -> Bench:
    """Lan, and those who decide."""
    bench.person("lan", "recipient")
    bench.person("admin", "district_admin@d1", age=42)
    bench.person("cadmin", "city_admin@city", age=48)
    return bench


@pytest.fixture
def entitled(people: Bench) -> Bench:
    """Lan has 1800 minutes a month."""
    path, lan = f"/v1/entitlements/{people.id_of('e1')}", str(people.id_of("lan"))
    assert people.send("PUT", path, "admin", {"person_id": lan, "minutes": 1800}).status_code == 200
    key = {"Idempotency_Key": str(people.id_of("decision"))}
    assert people.send("POST", f"{path}/decision", "cadmin", {"ok": True}, **key).status_code == 200
    return people


def month(bench: Bench) -> tuple[int, int, int]:
    shown = bench.send("GET", f"/v1/entitlements/current?person={bench.id_of('lan')}", "lan").get_json()
    return shown["available_minutes"], shown["held_minutes"], shown["used_minutes"]


def expire(bench: Bench, service: str, *, minutes: int = 120) -> None:
    order: dict[str, Any] = {
        "order_id": str(bench.id_of("o1")),
        "district_id": str(bench.id_of("d1")),
        "funding": "pool",
    }
    recipient = str(bench.id_of("lan"))
    bench.hear(
        orders.OrderPlaced(
            recipient_id=recipient, service_code=service, planned_minutes=minutes, state="published", **order
        ),
        orders.OrderExpired(**order),
    )


@pytest.mark.parametrize(
    ("service", "minutes", "fallback"), [("A2", 120, "purchased"), ("B1", 120, "market"), ("A2", 1801, "market")]
)
def test_an_order_nobody_took_is_referred(entitled: Bench, service: str, minutes: int, fallback: str) -> None:
    expire(entitled, service, minutes=minutes)

    assert [event.fallback for event in entitled.published(own.FallbackReferred)] == [fallback]


def referred_on(bench: Bench, *, start: str, funding: str = "credit") -> own.FallbackReferred:
    """Let an order of two hours expire that begins on a day, and return where it is referred to."""
    order: dict[str, Any] = {"order_id": str(bench.id_of("o1")), "district_id": str(bench.id_of("d1"))}
    placed = orders.OrderPlaced(
        recipient_id=str(bench.id_of("lan")), service_code="A2", planned_minutes=120, state="published",
        funding=funding, **order,
    )  # fmt: skip
    bench.hear(placed, orders.OrderExpired(funding=funding, start_at_us=to_microseconds(local(start)), **order))
    (referred,) = bench.published(own.FallbackReferred)
    assert isinstance(referred, own.FallbackReferred)
    return referred


def test_a_referral_to_purchased_help_holds_the_minutes_until_it_is_served(entitled: Bench) -> None:
    referred = referred_on(entitled, start="D5 09:00")

    held = month(entitled)
    entitled.hear(
        orders.FundingRequested(
            order_id=referred.purchased_order_id, district_id=referred.district_id, recipient_id=referred.recipient_id,
            funding="purchased", planned_minutes=120, start_at_us=to_microseconds(local("D5 09:00")),
        )
    )  # fmt: skip
    asked = month(entitled)
    worked = orders.VolunteerHours(volunteer_id=str(entitled.id_of("worker")), actual_minutes=90)
    entitled.hear(
        orders.HoursApproved(
            order_id=referred.purchased_order_id, funding="purchased", planned_minutes=120, hours=[worked]
        )
    )

    assert held == asked == (1680, 120, 0), "nothing is free in between"
    (authorised,) = entitled.published(own.RedemptionAuthorised)
    assert authorised.redemption_id == referred.purchased_order_id
    assert month(entitled) == (1710, 0, 90)


def test_what_is_held_for_a_referral_is_nobody_elses(entitled: Bench) -> None:
    referred_on(entitled, start="D5 09:00")

    entitled.fund("o2", "lan", funding="purchased", minutes=1700)

    assert [event.code for event in entitled.published(own.RedemptionDeclined)] == ["entitlement_exhausted"]


@pytest.mark.parametrize("kind", [orders.OrderDeclined, orders.OrderCancelled, orders.OrderExpired])
def test_the_minutes_of_a_referral_are_free_when_its_order_ends_unserved(entitled: Bench, kind: type) -> None:
    referred = referred_on(entitled, start="D5 09:00")
    opened: dict[str, Any] = {"order_id": referred.purchased_order_id, "district_id": str(entitled.id_of("d1"))}
    recipient = str(entitled.id_of("lan"))
    entitled.hear(orders.OrderPlaced(recipient_id=recipient, service_code="A2", planned_minutes=120, **opened))

    entitled.hear(kind(funding="purchased", **opened))

    assert month(entitled) == (1800, 0, 0)


def test_purchased_help_that_nobody_took_goes_to_the_market(entitled: Bench) -> None:
    assert referred_on(entitled, start="D5 09:00", funding="purchased").fallback == "market"


def test_what_begins_by_now_goes_to_the_market(entitled: Bench) -> None:
    assert referred_on(entitled, start="D1 00:00").fallback == "market"
    assert month(entitled) == (1800, 0, 0)


def test_another_time_takes_the_minutes_of_its_month(entitled: Bench) -> None:
    entitled.fund("o1", "lan", funding="purchased", minutes=120)

    entitled.fund("o1", "lan", funding="purchased", minutes=120, start="D31 09:00")

    assert month(entitled) == (1800, 0, 0)
    assert entitled.counts()["RedemptionAuthorised"] == 2
    entitled.clock.instant = local("D31 00:00")
    assert month(entitled) == (1680, 120, 0)


def test_without_an_entitlement_the_market_remains(people: Bench) -> None:
    expire(people, "A2")

    assert [event.fallback for event in people.published(own.FallbackReferred)] == ["market"]


def test_an_expired_order_not_heard_of_yet_waits(people: Bench) -> None:
    with pytest.raises(NotYetKnownError):
        people.hear(orders.OrderExpired(order_id=str(people.id_of("o9")), funding="pool"))
