"""Names of several people at once: of oneself, of those in scope, of the other side of an order in hand."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from libs.clock import to_microseconds
from libs.contracts.timebank.orders.v1 import events_pb2 as orders
from libs.ids import new_id
from services.accounts.tests.platform import Caller, Platform, must, refused


def _names(caller: Caller, *person_ids: object) -> dict[str, str]:
    found = must(caller.get("/v1/persons/names", person=[str(person_id) for person_id in person_ids]))["items"]
    return {row["person_id"]: row["names"]["zh"] for row in found}


def test_staff_are_told_the_names_of_their_units_and_the_look_is_logged(platform: Platform) -> None:
    first, second = platform.register("王兰"), platform.register("李平")

    assert _names(platform.a, first, second, new_id()) == {str(first): "王兰", str(second): "李平"}

    views = must(platform.sign_in("王兰").get("/v1/access-log"))["items"]
    assert views[0]["what"] == "name"


def test_whom_one_may_not_know_is_left_out_and_oneself_is_not(platform: Platform) -> None:
    first, second = platform.register("王兰"), platform.register("李平")

    assert _names(platform.sign_in("王兰"), first, second) == {str(first): "王兰"}


def test_the_sides_of_an_order_know_each_other_while_it_lasts(platform: Platform, hear: Callable[[Any], None]) -> None:
    elder, volunteer, order_id = platform.register("王兰"), platform.register("李平"), new_id()
    own = platform.sign_in("王兰")

    start_at_us = to_microseconds(platform.clock.now() + timedelta(hours=2))
    hear(
        orders.OrderTaken(
            order_id=str(order_id), recipient_id=elder, volunteer_ids=[volunteer], start_at_us=start_at_us
        )
    )
    assert _names(own, volunteer) == {str(volunteer): "李平"}

    hear(orders.OrderCancelled(order_id=str(order_id)))
    assert _names(own, volunteer) == {}


def test_a_visitor_sees_whom_they_visit_until_it_ends(platform: Platform, hear: Callable[[Any], None]) -> None:
    elder, visitor = platform.register("王兰"), platform.register("李平")
    going, first, second = platform.sign_in("李平"), str(new_id()), str(new_id())
    assigned = {"person_id": elder, "visitor_id": visitor}
    ends, over = (to_microseconds(platform.clock.now() + timedelta(days=days)) for days in (180, -1))

    hear(orders.VisitorAssigned(assignment_id=first, ends_at_us=ends, **assigned))
    seen = _names(going, elder)
    hear(orders.VisitorReleased(assignment_id=first))
    released = _names(going, elder)
    hear(orders.VisitorAssigned(assignment_id=second, ends_at_us=over, **assigned))

    assert (seen, released, _names(going, elder)) == ({str(elder): "王兰"}, {}, {})


def test_one_answer_shows_the_other_sides_of_all_orders_in_hand(
    platform: Platform, hear: Callable[[Any], None]
) -> None:
    elders = [platform.register(name, address="长宁路1号") for name in ("王兰", "何花")]
    volunteer, orders_in_hand = platform.register("李平", address="自己家"), [str(new_id()), str(new_id())]
    stranger = platform.register("张望")
    going, start = platform.sign_in("李平"), to_microseconds(platform.clock.now() + timedelta(hours=2))
    for order_id, elder in zip(orders_in_hand, elders, strict=True):
        order = orders.OrderTaken(order_id=order_id, recipient_id=elder, start_at_us=start)
        order.volunteer_ids.append(volunteer)
        hear(order)

    sides = must(going.get("/v1/me/order-sides"))["items"]
    other_way = must(platform.sign_in("王兰").get("/v1/me/order-sides"))["items"]

    assert {row["person_id"]: row["address"] for row in sides} == dict.fromkeys(elders, "长宁路1号")
    assert [row["person_id"] for row in other_way] == [volunteer]
    assert must(platform.sign_in("张望").get("/v1/me/order-sides"))["items"] == []
    assert stranger not in {row["person_id"] for row in sides}
    assert must(platform.sign_in("何花").get("/v1/access-log"))["items"][0]["what"] == "order"
    hear(orders.OrderCancelled(order_id=orders_in_hand[0]))
    assert [row["person_id"] for row in must(going.get("/v1/me/order-sides"))["items"]] == [elders[1]]
    must(platform.a.post(f"/v1/persons/{volunteer}/suspension", {"why": "false_hours"}))
    refused(going.get("/v1/me/order-sides"), "person_suspended", 403)


def test_who_is_suspended_is_told_their_own_name_and_nobodys_else(platform: Platform) -> None:
    first, second = platform.register("王兰", roles=["volunteer"]), platform.register("李平")
    suspended = platform.sign_in("王兰")
    suspension = {"why": "false_hours"}
    must(platform.a.post(f"/v1/persons/{first}/suspension", suspension))

    assert _names(suspended, first, second) == {str(first): "王兰"}


def test_no_more_ids_than_fit_are_asked_for_and_no_other_words(platform: Platform) -> None:
    refused(platform.a.get("/v1/persons/names"), "invalid_fields", 422)
    refused(platform.a.get("/v1/persons/names", person="x"), "invalid_fields", 422)
    many = [str(new_id()) for _ in range(81)]
    refused(platform.a.get("/v1/persons/names", person=many), "invalid_fields", 422)
