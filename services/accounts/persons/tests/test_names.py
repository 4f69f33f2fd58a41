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
