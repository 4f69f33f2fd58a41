"""What a gateway says of a message moves what it told, once; nobody else can say it."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from libs.clock import machine_now
from libs.ids import new_id
from services.accounts.core.gateways.signatures import HEADER, is_signed, signed
from services.accounts.notices.api.receipts import GatewayDoor
from services.accounts.notices.tests.test_notices import START, call_list, outbox, run, wanted
from services.accounts.tests.platform import Caller, Platform, must, refused

__all__ = ["outbox"]
SECRET = b"0123456789abcdef0123456789abcdef"
Hear = Callable[[Any], None]


@pytest.fixture
def coordinator(platform: Platform) -> Caller:
    platform.client.application.extensions["service"].parts["GatewayDoor"] = GatewayDoor(SECRET)
    return platform.staff("coord", "coordinator", "k1")


def _say(platform: Platform, message_id: UUID, outcome: str, *, secret: bytes = SECRET, ago: int = 0) -> Any:
    body = json.dumps({"id": str(message_id), "outcome": outcome}).encode()
    headers = {HEADER: signed(secret, body, machine_now() - timedelta(seconds=ago))}
    return platform.client.post("/v1/gateway/receipts", data=body, content_type="application/json", headers=headers)


def _told(platform: Platform, hear: Hear) -> UUID:
    """Tell two things by one message, and return its id."""
    lan = platform.register("兰", phone_number="13900000001")
    hear(wanted(lan))
    hear(wanted(lan, "visit_cancelled", order_id=str(new_id())))
    run(platform)
    ((message_id,),) = platform.rows("SELECT DISTINCT message_id FROM notice")
    return UUID(str(message_id))


def _states(platform: Platform) -> set[str]:
    return {state for (state,) in platform.rows("SELECT state FROM notice")}


def test_what_did_not_arrive_is_on_the_desks_list_and_what_arrived_after_all_is_not(
    platform: Platform, hear: Hear, outbox: object, coordinator: Caller
) -> None:
    message_id = _told(platform, hear)
    before = call_list(platform, coordinator)

    failed = [_say(platform, message_id, "failed").status_code for _ in range(2)]
    listed = call_list(platform, coordinator)
    arrived = _say(platform, message_id, "delivered").status_code

    assert (before, failed, arrived) == ([], [204, 204], 204)
    assert {row["purpose"] for row in listed} == {"visit_taken", "visit_cancelled"}
    assert call_list(platform, coordinator) == []
    assert _states(platform) == {"delivered"}
    assert _say(platform, message_id, "failed").status_code == 204
    assert _states(platform) == {"delivered"}


def test_what_is_of_no_use_any_more_is_called_about_by_nobody(
    platform: Platform, hear: Hear, outbox: object, coordinator: Caller
) -> None:
    message_id = _told(platform, hear)
    platform.clock.set(START + timedelta(hours=1))

    _say(platform, message_id, "failed")

    assert _states(platform) == {"dropped"}


def test_a_call_of_the_desk_is_not_taken_back(
    platform: Platform, hear: Hear, outbox: object, coordinator: Caller
) -> None:
    message_id = _told(platform, hear)
    _say(platform, message_id, "failed")
    for row in call_list(platform, coordinator):
        must(coordinator.post(f"/v1/call-list/{row['notice_id']}/outcome", {"outcome": "reached"}))

    for outcome in ("failed", "delivered"):
        _say(platform, message_id, outcome)

    assert _states(platform) == {"called"}


def test_nobody_but_the_gateway_says_it(platform: Platform, hear: Hear, outbox: object, coordinator: Caller) -> None:
    message_id = _told(platform, hear)

    for answer in (
        _say(platform, message_id, "failed", secret=b"another secret of thirty-two byt"),
        _say(platform, message_id, "failed", ago=301),
        _say(platform, message_id, "failed", ago=-302),
        platform.client.post("/v1/gateway/receipts", json={"id": str(message_id), "outcome": "failed"}),
    ):
        refused(answer, "not_of_the_gateway", 403)
    refused(_say(platform, new_id(), "failed"), "record_not_found", 404)
    platform.client.application.extensions["service"].parts["GatewayDoor"] = GatewayDoor(None)
    refused(_say(platform, message_id, "failed"), "not_of_the_gateway", 403)
    assert _states(platform) == {"sent"}


def test_a_signature_is_of_one_body_and_one_time() -> None:
    now = machine_now()
    value = signed(SECRET, b"{}", now)

    assert is_signed(SECRET, b"{}", value, now)
    assert not is_signed(SECRET, b"{ }", value, now)
    assert not any(
        is_signed(SECRET, b"{}", wrong, now) for wrong in ("", "t=1", value.upper(), value + "\n", "t=²,v1=")
    )
