"""What an order says that the caller may do is what the commands do: the same refusal, or none."""

from __future__ import annotations

from typing import Any

import pytest

from libs.ids import new_id
from services.orders.tests.harness import THERE, OrdersHarness, named, outcome, said

PEOPLE = ("min", "hua", "shut", "lan", "mei", "son")
EVERYBODY = (*PEOPLE, "coord", "coord_b", "coord_k2", "check", "check_b", "op", "op_b", "audit")
PATHS: dict[str, tuple[str, dict[str, Any]]] = {
    "review": ("review", {"ok": True}),
    "cancel": ("cancellation", {}),
    "offer": ("offers", {"to": str(named("min"))}),
    "take": ("assignment", {}),
    "accept": ("offers/acceptance", {}),
    "decline_offer": ("offers/refusal", {}),
    "withdraw": ("withdrawal", {}),
    "report_no_show": ("no-show", {"absent": "volunteer"}),
    "renew_door_code": ("door-code", {}),
    "check_in": ("check-in", {}),
    "check_out": ("check-out", {}),
    "call_back": ("call-back", THERE),
    "confirm": ("confirmation", {}),
    "dispute": ("dispute", {"says_minutes": 30}),
    "object": ("objections/{}", {"says_minutes": 1, "words": "as it was"}),
    "decide": ("decision", {"minutes": 60, "why": "as they say"}),
    "confirm_decision": ("decision/confirmation", {"ok": True}),
    "approve": ("approval", {}),
    "second_check": ("second-check", {"ok": True}),
    "reject": ("rejection", {"why": "nobody came"}),
    "propose_reversal": (f"reversal/{named('v1')}", {"why": "false_hours"}),
}
FOR_RECIPIENT = {"renew_door_code", "confirm", "dispute", "object", "cancel", "report_no_show"}


@pytest.fixture
def street(world: OrdersHarness) -> OrdersHarness:
    """A volunteer whom a gate bars, and the recipient's son, who may act for her."""
    world.person("shut", roles=["volunteer"], training=False)
    world.person("son", roles=["volunteer"])
    world.relate("lan", "child", "son")
    world.grant("lan", "son")
    return world


def acts(world: OrdersHarness, by: str, order: str) -> dict[str, str]:
    """Return the acts that a caller sees on an order, each with what bars it, "" if nothing does."""
    response = world.call("GET", by, f"/v1/orders/{named(order)}")
    if response.status_code != 200:
        return {}
    shown = response.get_json()["acts"]
    assert all(act["allowed"] == (act["code"] is None) and bool(act["zh"]) == bool(act["code"]) for act in shown)
    return {act["act"]: act["code"] or "" for act in shown}


def done(world: OrdersHarness, by: str, order: str, act: str) -> str:
    """Do it; for the recipient where the caller is another; return the code of the refusal, or ""."""
    path, body = PATHS[act]
    is_for_her = act in FOR_RECIPIENT and by in ("son", "op", "op_b", "coord", "coord_b")
    body = body | ({"acting_for": str(named("lan")), "consent": said()} if is_for_her and act != "cancel" else {})
    if act == "report_no_show":
        body = body | ({"absent": "recipient"} if by in ("min", "hua") else {})
    method = "PUT" if act in ("propose_reversal", "object") else "POST"
    return outcome(world.call(method, by, f"/v1/orders/{named(order)}/{path.format(new_id())}", body))


def refused_alike(world: OrdersHarness, order: str) -> set[str]:
    """Do everything that is barred to anybody, as they are told it is; return the codes."""
    barred = [(by, act, code) for by in EVERYBODY for act, code in acts(world, by, order).items() if code]
    answered = [(by, act, done(world, by, order, act)) for by, act, _ in barred]
    assert answered == barred
    return {code for _, _, code in barred}


def test_who_is_barred_is_told_what_the_command_would_answer(street: OrdersHarness) -> None:
    street.place("coord", "o1", recipient="lan", start="D2 09:00")
    codes = refused_alike(street, "o1")
    assert street.act("coord", "o1", "offers", {"to": str(named("min"))}) == ""
    assert acts(street, "min", "o1") == {"take": "", "accept": "", "decline_offer": ""}
    codes |= refused_alike(street, "o1")
    street.act("min", "o1", "assignment")
    codes |= refused_alike(street, "o1")
    street.set_time("D2 09:00")
    assert street.act("min", "o1", "check-in", {"code": street.code("o1")}) == ""
    codes |= refused_alike(street, "o1")
    street.set_time("D2 10:00")
    street.act("min", "o1", "check-out")
    codes |= refused_alike(street, "o1")
    street.act("lan", "o1", "confirmation")
    codes |= refused_alike(street, "o1")
    street.act("coord_b", "o1", "approval")
    codes |= refused_alike(street, "o1")

    assert street.state("o1") == "settled"
    assert codes >= {"training_missing", "related_party", "check_in_too_early", "no_show_too_early", "maker_is_checker"}


def test_what_is_allowed_can_be_done(street: OrdersHarness) -> None:
    street.place("coord", "o1", recipient="lan", start="D2 09:00")
    assert acts(street, "min", "o1") == {"take": ""}
    assert acts(street, "shut", "o1") == {"take": "training_missing"}
    assert acts(street, "son", "o1") == {"cancel": "", "take": "related_party", "renew_door_code": ""}
    assert acts(street, "lan", "o1") == {"cancel": "", "renew_door_code": ""}
    assert acts(street, "audit", "o1") == {}
    assert acts(street, "mei", "o1") == {}
    assert acts(street, "coord", "o1")["offer"] == ""

    assert street.act("min", "o1", "assignment") == ""
    street.set_time("D2 09:00")
    assert acts(street, "min", "o1")["check_in"] == ""
    assert street.act("min", "o1", "check-in", {"code": street.code("o1")}) == ""
    assert acts(street, "min", "o1") == {"check_in": "wrong_order_state", "check_out": ""}
    street.set_time("D2 10:00")
    assert street.act("min", "o1", "check-out") == ""
    assert acts(street, "lan", "o1") == {"confirm": "", "dispute": ""} == acts(street, "son", "o1")
    assert acts(street, "min", "o1") == {}

    assert done(street, "son", "o1", "confirm") == ""
    told = acts(street, "coord", "o1")
    assert told["approve"] == told["reject"] == "" or told["approve"] == "maker_is_checker"
    assert acts(street, "coord_b", "o1")["approve"] == ""
    assert done(street, "coord_b", "o1", "approve") == ""
    assert acts(street, "check", "o1")["propose_reversal"] == ""
    assert acts(street, "lan", "o1") == {"dispute": "", "object": "nothing_to_object_to"}


def test_a_list_tells_what_the_order_alone_says(street: OrdersHarness) -> None:
    street.place("coord", "o1", recipient="lan", start="D2 09:00")
    street.act("min", "o1", "assignment")
    street.serve("o1", by="min", start="D2 09:00", end="D2 10:00")
    street.act("lan", "o1", "confirmation")

    def listed(by: str) -> dict[str, str | None]:
        (row,) = street.call("GET", by, f"/v1/approval-queue?unit={named('k1')}").get_json()["items"]
        return {act["act"]: act["code"] for act in row["acts"]}

    assert listed("coord")["approve"] == "maker_is_checker"
    assert listed("coord_b")["approve"] is None
    assert listed("audit") == {}


def test_who_is_suspended_sees_that_they_may_do_nothing(street: OrdersHarness) -> None:
    street.place("coord", "o1", recipient="lan", start="D2 09:00")
    street.person("lan", roles=["recipient"], status="suspended", version=2)

    assert acts(street, "lan", "o1") == {"cancel": "person_suspended", "renew_door_code": "person_suspended"}
    assert done(street, "lan", "o1", "cancel") == "person_suspended"


def test_what_a_command_answered_says_nothing_of_what_comes_next(street: OrdersHarness) -> None:
    street.place("coord", "o1", recipient="lan", start="D2 09:00")

    answer = street.call("POST", "min", f"/v1/orders/{named('o1')}/assignment", {}).get_json()

    assert answer["state"] == "taken"
    assert "acts" not in answer
