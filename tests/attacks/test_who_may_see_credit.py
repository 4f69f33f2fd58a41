"""Whoever may not know of a person's credit learns nothing of it, not even that there is something."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from libs.ids import new_id
from services.ledger.domain.grants import GrantMonth
from services.ledger.domain.postings import Terms
from services.ledger.domain.wallets import WalletClass as W
from services.ledger.tests.stories import approval, give, hold, of_district, served
from services.ledger.tests.support import EAST, issue, new
from services.ledger.tests.test_api import COMMUNITY, DISTRICT, OTHER, Api, api, migration
from services.redemption.tests.bench import bench, shared_bench
from services.redemption.tests.support import Bench, said

__all__ = ["api", "bench", "shared_bench"]
NOTHING = "00000000-0000-7000-8000-000000000007"


class Town:
    """Lan, whom Min served; a stranger, and staff of another district."""

    def __init__(self, api: Api) -> None:
        self.api, self.lan, self.min = api, api.person(), api.person()
        self.order = new()
        give(api.ledger, self.lan.bytes, earned=300)
        hold(api.ledger, self.order, self.lan.bytes, 120)
        api.ledger.post(approval(self.order, served(self.min.bytes, 115, api.ledger), planned=120))
        self.stranger, self.elsewhere = api.token(new_id()), api.token(new_id(), "operator", unit=OTHER)
        self.as_min, self.as_lan = api.token(self.min), api.token(self.lan)

    def wallet(self, person: UUID) -> str:
        """The earned wallet of a person."""
        rows = self.api.send(self.api.token(person), "GET", f"/v1/wallets?person={person}").json["items"]
        return str(next(row["wallet_id"] for row in rows if row["class"] == "earned"))

    def transfer(self, by: str) -> dict[str, Any]:
        """What Lan's help moved to Min."""
        rows = self.api.send(by, "GET", f"/v1/transfers?order={UUID(bytes=self.order)}").json["items"]
        return next(row for row in rows if row["reason"] == "redemption_captured")


@pytest.fixture(scope="module")
def town(api: Api) -> Town:
    """One town for all."""
    return Town(api)


def answers(api: Api, token: str, *paths: str) -> set[tuple[int, str]]:
    """What is answered, without the request's own id and address."""
    told = [api.send(token, "GET", path) for path in paths]
    return {(one.status_code, str({**dict(one.json or {}), "instance": "", "request_id": ""})) for one in told}


@pytest.mark.parametrize("who", ["stranger", "elsewhere"])
@pytest.mark.parametrize(
    "path",
    [
        "/v1/wallets?person={}", "/v1/statements?person={}", "/v1/recoveries?person={}",
        "/v1/wallets?district={}", "/v1/wallets?unit={}", "/v1/period-closes?district={}",
    ],
)  # fmt: skip
def test_the_known_and_the_unknown_are_refused_alike_in_lists(town: Town, who: str, path: str) -> None:
    known = town.lan if "person" in path else DISTRICT

    told = answers(town.api, getattr(town, who), path.format(known), path.format(NOTHING))

    assert len(told) == 1
    assert next(iter(told))[0] == 403


@pytest.mark.parametrize("who", ["stranger", "elsewhere"])
def test_the_known_and_the_unknown_are_not_found_alike(town: Town, who: str) -> None:
    transfer, wallet = town.transfer(town.as_lan)["transfer_id"], town.wallet(town.lan)
    proposal = new_id()
    admin = town.api.token(new_id(), "district_admin")
    assert town.api.send(admin, "PUT", f"/v1/adjustments/{proposal}", migration(town.lan)).status_code == 200
    paths = {
        "/v1/wallets/{}": wallet, "/v1/wallets/{}/entries": wallet, "/v1/wallets/{}/explanation": wallet,
        "/v1/transfers/{}": transfer, "/v1/transfers/{}/explanation": transfer, "/v1/receipts/{}": transfer,
        "/v1/adjustments/{}": proposal, "/v1/reversals/{}": proposal, "/v1/period-closes/{}": proposal,
    }  # fmt: skip

    for path, known in paths.items():
        told = answers(town.api, getattr(town, who), path.format(known), path.format(NOTHING))
        assert len(told) == 1, (path, told)
        assert next(iter(told))[0] == 404


def test_a_strangers_look_at_an_order_tells_nothing_by_its_pages(town: Town) -> None:
    acts = UUID(bytes=town.order), NOTHING
    paths = [f"/v1/transfers?{name}={act}&limit=1" for name in ("order", "cause") for act in acts]

    told = [town.api.send(town.stranger, "GET", path) for path in paths]

    assert [(one.status_code, one.json) for one in told] == [(200, {"items": [], "next": None})] * len(paths)


def test_who_decides_nothing_learns_of_no_proposal(town: Town) -> None:
    proposal = new_id()
    admin = town.api.token(new_id(), "district_admin")
    town.api.send(admin, "PUT", f"/v1/adjustments/{proposal}", migration(town.lan))

    paths = [f"/v1/adjustments/{one}/decision" for one in (proposal, NOTHING)]
    told = [town.api.send(town.stranger, "POST", path, {"ok": True}) for path in paths]
    reversals = [
        town.api.send(town.stranger, "PUT", f"/v1/reversals/{new_id()}", {"cause_id": str(act), "why": "x"})
        for act in (UUID(bytes=town.order), NOTHING)
    ]

    assert {(one.status_code, one.json["code"]) for one in [*told, *reversals]} == {(403, "not_authorised")}
    listed = town.api.send(town.elsewhere, "GET", "/v1/adjustments?limit=1").json
    assert (listed["items"], listed["next"]) == ([], None)


def test_whoever_was_paid_does_not_learn_what_the_payer_has_left(town: Town) -> None:
    mine = town.transfer(town.as_min)
    shown = [
        mine,
        town.api.send(town.as_min, "GET", f"/v1/transfers/{mine['transfer_id']}").json,
        town.api.send(town.as_min, "GET", f"/v1/transfers/{mine['transfer_id']}/explanation").json["transfer"],
        town.api.send(town.as_min, "GET", f"/v1/wallets/{town.wallet(town.min)}/entries").json["items"][0],
    ]

    for one in shown:
        assert one["debit"]["version"] is one["debit"]["balance_after_minutes"] is None
        assert one["credit"]["balance_after_minutes"] == 90
    assert town.transfer(town.as_lan)["debit"]["balance_after_minutes"] is not None
    staff = town.api.token(new_id(), "coordinator", unit=COMMUNITY)
    assert town.transfer(staff)["debit"]["balance_after_minutes"] is not None


def test_whoever_had_a_grant_does_not_learn_who_else_did(town: Town) -> None:
    others = [town.api.person() for _ in range(3)]
    town.api.ledger.post(issue(of_district(W.POOL), 1000))
    run = new()
    lines = tuple((one.bytes, 60) for one in [town.lan, *others])
    town.api.ledger.post(GrantMonth(new(), EAST, Terms(cause=new(), act_id=run), lines))

    (mine,) = town.api.send(town.as_lan, "GET", f"/v1/transfers?cause={UUID(bytes=run)}").json["items"]
    behind = town.api.send(town.as_lan, "GET", f"/v1/transfers/{mine['transfer_id']}/explanation")

    assert not any(str(one) in behind.text for one in others)
    assert [row["transfer_id"] for row in behind.json["posting"]] == [mine["transfer_id"]]


@pytest.fixture
def people(bench: Bench) -> Bench:
    """Min and her mother; a stranger; staff here and elsewhere."""
    bench.person("min", "volunteer", age=45)
    bench.person("mum", "recipient")
    bench.person("stranger", "volunteer", age=30)
    bench.person("op", "operator@d1", age=40)
    bench.person("op_d2", "operator@d2", age=40)
    bench.person("admin", "district_admin@d1", age=40)
    bench.relate("min", "parent", "mum")
    return bench


def give_to_mum(bench: Bench, by: str = "min", **terms: Any) -> None:
    body = {"to": str(bench.id_of("mum")), "minutes": 60} | terms
    assert bench.send("PUT", f"/v1/gifts/{bench.id_of('g1')}", by, body).status_code == 202


@pytest.mark.parametrize("by", ["stranger", "op_d2"])
def test_what_was_asked_is_not_found_by_who_may_not_see_it_as_what_never_was(people: Bench, by: str) -> None:
    give_to_mum(people)
    people.ask("r1", "mum")
    entitled = {"person_id": str(people.id_of("mum")), "minutes": 1800}
    people.send("PUT", f"/v1/entitlements/{people.id_of('e1')}", "admin", entitled)
    people.person("mum", "recipient", status="deceased")
    people.send("PUT", f"/v1/estates/{people.id_of('s1')}", "admin", {"person_id": entitled["person_id"]})
    people.publish_policy("d1", 2, people.clock.now().date(), grant={"key_elder_monthly_minutes": 120})
    people.send("PUT", f"/v1/grants/{people.id_of('m1')}", "admin", {"unit_id": str(people.id_of("d1"))})

    for path, label in (
        ("gifts", "g1"), ("redemptions", "r1"), ("entitlements", "e1"), ("estates", "s1"), ("grants", "m1"),
        ("donations", "g1"), ("exchanges", "g1"),
    ):  # fmt: skip
        told = [people.send("GET", f"/v1/{path}/{one}", by) for one in (people.id_of(label), NOTHING)]
        assert [one.status_code for one in told] == [404, 404], path
        assert len({one.get_json()["code"] for one in told}) == 1


@pytest.mark.parametrize("by", ["stranger", "op_d2"])
@pytest.mark.parametrize(
    "path",
    ["redemptions?person={}", "gifts?person={}", "donations?person={}", "exchanges?person={}",
     "entitlements?person={}", "entitlements/current?person={}", "estates?person={}"],
)  # fmt: skip
def test_lists_about_a_person_are_refused_alike_whether_there_is_one(people: Bench, by: str, path: str) -> None:
    told = [people.send("GET", f"/v1/{path.format(one)}", by) for one in (people.id_of("mum"), NOTHING)]

    assert [(one.status_code, one.get_json()["code"]) for one in told] == [(403, "not_authorised")] * 2


@pytest.mark.parametrize("of", ["gifts", "entitlements", "estates"])
def test_who_decides_nothing_learns_of_no_request(people: Bench, of: str) -> None:
    give_to_mum(people)

    told = [
        people.send("POST", f"/v1/{of}/{one}/decision", "stranger", {"ok": True}, Idempotency_Key=str(new_id()))
        for one in (people.id_of("g1"), NOTHING)
    ]

    assert [(one.status_code, one.get_json()["code"]) for one in told] == [(403, "not_authorised")] * 2


def test_a_gift_that_was_not_given_is_nothing_to_its_receiver(people: Bench) -> None:
    give_to_mum(people, "op", acting_for=str(people.id_of("min")), consent=said())
    path, mine = f"/v1/gifts/{people.id_of('g1')}", f"/v1/gifts?person={people.id_of('mum')}"

    assert people.send("GET", path, "mum").status_code == 404
    assert people.send("GET", mine, "mum").get_json()["items"] == []
    assert people.send("GET", path, "min").status_code == 200


def test_a_receiver_nobody_knows_is_answered_as_a_stranger(people: Bench) -> None:
    told = [
        people.send("PUT", f"/v1/gifts/{new_id()}", "min", {"to": str(to), "minutes": 60})
        for to in (people.id_of("stranger"), NOTHING)
    ]

    assert [(one.status_code, one.get_json()["code"]) for one in told] == [(403, "relation_not_verified")] * 2
