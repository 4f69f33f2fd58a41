"""Nobody alone gives another's credit away; a verdict is read: a no moves nothing, is final, and says who and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from libs.contracts.events import redemption as own
from libs.ids import new_id
from services.ledger.tests.stories import give
from services.ledger.tests.support import new
from services.ledger.tests.test_api import CITY, COMMUNITY, DISTRICT, STREET, Api, api, migration
from services.ledger.tests.test_transfers import donate
from services.redemption.tests.bench import bench, shared_bench
from services.redemption.tests.support import Bench, said

__all__ = ["api", "bench", "shared_bench"]
STAFF = ("coordinator@k1", "checker@s1", "operator@d1", "district_admin@d1", "city_admin@city")
NO = {"ok": False, "why": "she says she never asked"}
ASKED_OF_THE_LEDGER = (own.GiftRequested, own.DonationRequested, own.GoodsRequested, own.EstateSettlementRequested)


@pytest.fixture
def people(bench: Bench) -> Bench:
    """Min, whose credit it is, with her mother; staff of every role, and one who has them all."""
    bench.publish_policy("d1", 2, bench.clock.now().date(), redeem={"goods_allowed": True})
    bench.person("min", "volunteer", age=45)
    bench.person("mum", "recipient")
    bench.relate("min", "parent", "mum")
    for role in STAFF:
        bench.person(role.partition("@")[0], role, age=40)
    bench.person("all", *STAFF, age=40)
    return bench


def ask(bench: Bench, of: str, by: str, label: str = "g1") -> Any:
    body: dict[str, Any] = {"minutes": 60, "acting_for": str(bench.id_of("min")), "consent": said()}
    body |= {"to": str(bench.id_of("mum"))} if of == "gifts" else {}
    return bench.send("PUT", f"/v1/{of}/{bench.id_of(label)}", by, body)


def decide(bench: Bench, of: str, by: str, label: str, verdict: dict[str, Any]) -> Any:
    path = f"/v1/{of}/{bench.id_of(label)}/decision"
    return bench.send("POST", path, by, verdict, Idempotency_Key=str(new_id()))


@pytest.mark.parametrize("of", ["gifts", "donations", "exchanges"])
def test_no_member_of_staff_alone_gives_away_anothers_credit_whatever_their_roles(people: Bench, of: str) -> None:
    people.person("puppet", "volunteer", age=30)  # Whoever may register people may make this one.
    for role in (*(role.partition("@")[0] for role in STAFF), "all"):
        ask(people, of, role, role)
        for hand in (role, "puppet"):
            assert decide(people, of, hand, role, {"ok": True}).status_code in (403, 404)

    assert people.asked() == {}


def test_an_estate_goes_to_no_one_who_has_a_hand_in_it(people: Bench) -> None:
    people.person("min", "volunteer", age=88, status="deceased")
    people.relate("min", "child", "city_admin")
    people.relate("min", "child", "district_admin")
    heirs = ("city_admin", "district_admin", None)

    told = []
    for number, heir in enumerate(heirs):
        body = {"person_id": str(people.id_of("min")), "to_person_id": str(people.id_of(heir)) if heir else None}
        proposed = people.send("PUT", f"/v1/estates/{people.id_of(f's{number}')}", "district_admin", body)
        told.append(proposed.get_json()["code"])

    assert told == ["approver_related", "self_approval", "approver_related"]
    assert people.asked() == {}


def test_purchased_minutes_are_set_by_nobody_for_themselves_or_their_own(people: Bench) -> None:
    people.relate("mum", "child", "city_admin")
    entitled = {"person_id": str(people.id_of("mum")), "minutes": 1800}
    own_gain = {"person_id": str(people.id_of("district_admin")), "minutes": 1800}
    people.send("PUT", f"/v1/entitlements/{people.id_of('e1')}", "district_admin", entitled)

    by_kin = decide(people, "entitlements", "city_admin", "e1", {"ok": True})
    for_self = people.send("PUT", f"/v1/entitlements/{people.id_of('e2')}", "district_admin", own_gain)

    assert (by_kin.get_json()["code"], for_self.get_json()["code"]) == ("approver_related", "self_approval")


def _propose_entitlement(bench: Bench) -> None:
    body = {"person_id": str(bench.id_of("mum")), "minutes": 1800}
    assert bench.send("PUT", f"/v1/entitlements/{bench.id_of('x')}", "district_admin", body).status_code == 200


def _propose_estate(bench: Bench) -> None:
    bench.person("mum", "recipient", status="deceased")
    body = {"person_id": str(bench.id_of("mum"))}
    assert bench.send("PUT", f"/v1/estates/{bench.id_of('x')}", "district_admin", body).status_code == 200


PROPOSED: dict[str, tuple[Callable[[Bench], Any], str]] = {
    "gifts": (lambda b: ask(b, "gifts", "operator", "x"), "checker"),
    "donations": (lambda b: ask(b, "donations", "operator", "x"), "checker"),
    "exchanges": (lambda b: ask(b, "exchanges", "operator", "x"), "checker"),
    "entitlements": (_propose_entitlement, "city_admin"),
    "estates": (_propose_estate, "city_admin"),
}
"""Each act of two people here: how it is proposed, and who decides it."""


@pytest.mark.parametrize("of", PROPOSED)
def test_a_no_to_what_redemption_was_asked_moves_nothing_and_is_final(people: Bench, of: str) -> None:
    propose, second = PROPOSED[of]
    propose(people)

    told = decide(people, of, second, "x", NO).get_json()
    yes_after_no = decide(people, of, second, "x", {"ok": True})

    assert (told["state"], told["decided_by"], told["decision_why"]) == (
        "turned_down", str(people.id_of(second)), NO["why"],
    )  # fmt: skip
    assert yes_after_no.get_json()["code"] == "already_decided"
    assert [event for kind in ASKED_OF_THE_LEDGER for event in people.published(kind)] == []


@pytest.mark.parametrize(
    "verdict", [{}, {"why": "x"}, {"ok": False}, {"ok": False, "why": " "}, {"ok": "true"}, {"ok": 1}]
)
@pytest.mark.parametrize("of", PROPOSED)
def test_a_verdict_that_is_none_decides_nothing(people: Bench, of: str, verdict: dict[str, Any]) -> None:
    propose, second = PROPOSED[of]
    propose(people)

    assert decide(people, of, second, "x", verdict).status_code == 422

    assert decide(people, of, second, "x", NO).get_json()["state"] == "turned_down"


def _decisions(client: FlaskClient) -> set[str]:
    paths = client.get("/openapi.json").get_json()["paths"]
    return {
        path.split("/")[2] for path, operations in paths.items() if path.endswith("/decision") and "post" in operations
    }


def test_every_decision_that_redemption_takes_is_among_these(people: Bench) -> None:
    assert _decisions(people.app.test_client()) == PROPOSED.keys()


def test_every_decision_that_the_ledger_takes_reads_its_verdict(api: Api) -> None:
    lan, donated = api.person(), new()
    give(api.ledger, lan.bytes, earned=300)
    donate(api.ledger, lan.bytes, 100, donated)
    admin, city = api.token(new_id(), "district_admin"), api.token(new_id(), "city_admin", unit=CITY)
    coordinator, checker = (
        api.token(new_id(), "coordinator", unit=COMMUNITY),
        api.token(new_id(), "checker", unit=STREET),
    )
    funding = {"kind": "pool_funding", "district_id": str(DISTRICT), "minutes": 60, "why": "x"}
    cases = [
        ("adjustments", migration(lan), admin, city),
        ("adjustments", funding, admin, city),
        ("reversals", {"cause_id": str(UUID(bytes=donated)), "why": "by mistake"}, coordinator, checker),
        ("period-closes", {"district_id": str(DISTRICT), "month": "2026-02"}, admin, city),
    ]
    before = api.client.get("/v1/supply").json["items"]

    for of, body, first, second in cases:
        path = f"/v1/{of}/{new_id()}"
        assert api.send(first, "PUT", path, body).status_code == 200
        told = api.send(second, "POST", f"{path}/decision", NO).json
        assert (told["state"], told["decision_why"]) == ("declined", NO["why"])
        assert api.send(second, "POST", f"{path}/decision", {"ok": True}).json["code"] == "already_decided"

    assert api.client.get("/v1/supply").json["items"] == before
    assert _decisions(api.client) == {of for of, *_ in cases}
