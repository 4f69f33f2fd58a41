"""The language somebody likes best, and what must be known at their door: who says it, and who alone sees it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from libs.clock import to_microseconds
from libs.contracts.timebank.orders.v1 import events_pb2 as orders
from libs.ids import new_id
from services.accounts.tests.platform import Caller, Platform, must, refused

DOOR = "4楼没有电梯，听力不好，请敲响一点。家里有狗。"


def _say(caller: Caller, platform: Platform, person_id: str, **wishes: Any) -> TestResponse:
    version = platform.states_of(person_id)[-1].version
    headers = caller._headers(new_id()) | {"If-Match": f'"{version}"'}
    return platform.client.post(f"/v1/persons/{person_id}/details", json=wishes, headers=headers)


@pytest.fixture
def elder(platform: Platform) -> str:
    return platform.register("王兰", phone_number="13800000001", roles=["recipient"])


@pytest.fixture
def daughter(platform: Platform, elder: str) -> Caller:
    """A daughter whose relation is verified."""
    body = {"person_id": elder, "relative_id": platform.register("王敏"), "kind": "child", "verified": True}
    relation = f"/v1/relations/{new_id()}"
    must(platform.a.put(relation, body))
    must(platform.b.post(f"{relation}/confirmation", {"ok": True}))
    return platform.sign_in("王敏")


def test_an_elder_and_the_desk_say_what_must_be_known_at_the_door(platform: Platform, elder: str) -> None:
    own = platform.sign_in("王兰")

    must(_say(own, platform, elder, language="en", remarks=DOOR))
    mine = must(own.get("/v1/me"))
    must(_say(platform.a, platform, elder, remarks=None, language="zh"))
    after = must(platform.a.get(f"/v1/persons/{elder}"))

    assert (mine["language"], mine["remarks"]) == ("en", DOOR)
    assert (after["language"], after["remarks"]) == ("zh", None)
    refused(_say(own, platform, elder, language="fr"), "invalid_fields", 422)
    refused(_say(own, platform, elder, remarks="很" * 301), "invalid_fields", 422)


def test_a_relative_says_it_only_under_a_right_to_ask(platform: Platform, elder: str, daughter: Caller) -> None:
    refused(_say(daughter, platform, elder, remarks=DOOR), "not_authorised", 403)
    must(platform.a.put(f"/v1/acting-grants/{new_id()}", platform.grant(elder, daughter.person_id, acts=["see"])))
    refused(_say(daughter, platform, elder, remarks=DOOR), "not_authorised", 403)
    assert "remarks" not in must(daughter.get(f"/v1/persons/{elder}"))
    must(platform.a.put(f"/v1/acting-grants/{new_id()}", platform.grant(elder, daughter.person_id)))

    must(_say(daughter, platform, elder, remarks=DOOR))

    assert must(daughter.get(f"/v1/persons/{elder}"))["remarks"] == DOOR
    for who in (daughter, platform.sign_in("王兰")):
        [act] = must(who.get(f"/v1/persons/{elder}/acts-for-me"))["items"]
        assert (act["act"], act["actor_id"], act["how"]) == ("wishes", daughter.person_id, "grant")
        assert DOOR not in str(act)
    refused(_say(daughter, platform, elder, remarks=DOOR, address="别处"), "not_authorised", 403)
    assert len(must(daughter.get(f"/v1/persons/{elder}/acts-for-me"))["items"]) == 1
    refused(_say(daughter, platform, elder, address="别处"), "not_authorised", 403)
    refused(_say(daughter, platform, elder, remarks="x", phone_number="13900000009"), "not_authorised", 403)


def test_only_the_volunteer_of_an_order_in_hand_sees_the_remarks(
    platform: Platform, elder: str, hear: Callable[[Any], None]
) -> None:
    volunteer, order_id = platform.register("李平"), new_id()
    platform.register("张望")
    must(_say(platform.sign_in("王兰"), platform, elder, remarks=DOOR))
    must(_say(platform.sign_in("李平"), platform, volunteer, remarks="我的"))
    serving = platform.sign_in("李平")
    refused(serving.get(f"/v1/persons/{elder}"), "not_authorised", 403)

    start_at_us = to_microseconds(platform.clock.now() + timedelta(hours=2))
    taken = orders.OrderTaken(order_id=str(order_id), recipient_id=elder, volunteer_ids=[volunteer])
    taken.start_at_us = start_at_us
    hear(taken)

    assert must(serving.get(f"/v1/persons/{elder}"))["remarks"] == DOOR
    assert must(serving.get("/v1/me/order-sides"))["items"][0]["remarks"] == DOOR
    assert must(platform.sign_in("王兰").get("/v1/me/order-sides"))["items"][0]["remarks"] is None
    assert must(platform.sign_in("王兰").get(f"/v1/persons/{volunteer}"))["remarks"] is None
    refused(platform.sign_in("张望").get(f"/v1/persons/{elder}"), "not_authorised", 403)
    hear(orders.OrderCancelled(order_id=str(order_id)))
    refused(serving.get(f"/v1/persons/{elder}"), "not_authorised", 403)


def test_the_remarks_are_sealed_with_the_persons_key_and_stand_in_no_event(platform: Platform, elder: str) -> None:
    must(_say(platform.sign_in("王兰"), platform, elder, remarks=DOOR))

    [sealed] = platform.rows("SELECT sealed FROM person_identity WHERE person_id = :id", id=elder)
    assert "听力".encode() not in bytes(sealed.sealed)
    assert not [state for state in platform.states_of(elder) if "听力".encode() in state.SerializeToString()]


def test_what_somebody_speaks_is_said_by_them_or_the_desk_told_to_others_and_forgotten(
    platform: Platform, elder: str
) -> None:
    own = platform.sign_in("王兰")

    must(_say(own, platform, elder, speaks=["wu", "putonghua", "wu"]))
    mine = must(own.get("/v1/me"))
    stated = list(platform.states_of(elder)[-1].speaks)
    must(_say(platform.a, platform, elder, speaks=[]))

    assert (mine["speaks"], stated) == (["putonghua", "wu"], ["putonghua", "wu"])
    assert must(platform.a.get(f"/v1/persons/{elder}"))["speaks"] == []
    refused(_say(own, platform, elder, speaks=["klingon"]), "invalid_fields", 422)
    refused(_say(own, platform, elder, speaks=None), "invalid_fields", 422)


def test_a_relative_says_what_she_speaks_under_the_same_right(platform: Platform, elder: str, daughter: Caller) -> None:
    refused(_say(daughter, platform, elder, speaks=["wu"]), "not_authorised", 403)
    must(platform.a.put(f"/v1/acting-grants/{new_id()}", platform.grant(elder, daughter.person_id)))

    must(_say(daughter, platform, elder, speaks=["wu"]))

    assert must(daughter.get(f"/v1/persons/{elder}"))["speaks"] == ["wu"]
