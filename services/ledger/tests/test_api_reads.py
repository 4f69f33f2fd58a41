"""What people read of the ledger over HTTP: wallets, explanations, statements, entries, supply."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from libs.ids import new_id
from services.ledger.tests.stories import approval, give, hold, served
from services.ledger.tests.support import new
from services.ledger.tests.test_api import CITY, COMMUNITY, DISTRICT, OTHER, Api, api as api


def test_people_see_their_own_wallets_staff_those_in_scope_and_nobody_else_any(api: Api) -> None:
    lan = api.person()
    give(api.ledger, lan.bytes, earned=60)
    path = f"/v1/wallets?person={lan}"

    own = api.send(api.token(lan), "GET", path)
    staff = api.send(api.token(new_id(), "operator"), "GET", path)
    stranger = api.send(api.token(new_id()), "GET", path)
    elsewhere = api.send(api.token(new_id(), "operator", unit=OTHER), "GET", path)

    earned = next(row for row in own.json["items"] if row["class"] == "earned")
    assert earned["balance_minutes"] == 60
    assert staff.json == own.json
    assert (stranger.status_code, elsewhere.json["code"]) == (403, "out_of_scope")
    wallet = f"/v1/wallets/{earned['wallet_id']}"
    assert api.send(api.token(lan), "GET", wallet).json["available_minutes"] == 60
    assert api.send(api.token(new_id()), "GET", wallet).status_code == 404
    assert api.send(api.token(lan), "GET", f"{wallet}?as_of=2020-01-01T00:00:00Z").json["balance_minutes"] == 0


def test_a_balance_explains_itself_without_remainder(api: Api) -> None:
    lan, min_, order = api.person(), api.person(), new()
    give(api.ledger, lan.bytes, granted=30, earned=300)
    hold(api.ledger, order, lan.bytes, 120)
    api.ledger.post(approval(order, served(min_.bytes, 115, api.ledger), planned=120))
    hold(api.ledger, new(), lan.bytes, 40)

    rows = api.send(api.token(lan), "GET", f"/v1/wallets?person={lan}").json["items"]
    earned = next(row for row in rows if row["class"] == "earned")
    why = api.send(api.token(lan), "GET", f"/v1/wallets/{earned['wallet_id']}/explanation").json

    assert why["remainder_minutes"] == 0
    assert why["balance_minutes"] == earned["balance_minutes"] == 240
    assert why["by_reason"] == {"migration": 300, "redemption_captured": -60}
    captured = next(part for part in why["parts"] if part["reason"] == "redemption_captured")
    assert captured["order_id"] == str(UUID(bytes=order))
    assert captured["approved_by"]
    behind = api.send(api.token(lan), "GET", f"/v1/transfers/{captured['transfer_id']}/explanation").json
    assert {row["reason"] for row in behind["history"]} >= {"hold", "hold_released"}


def test_a_statement_adds_up_and_leaves_out_moves_to_held_twins(api: Api) -> None:
    lan, order = api.person(), new()
    give(api.ledger, lan.bytes, earned=300)
    since = datetime.fromtimestamp(api.ledger.now_us / 1e6 + 60, UTC).isoformat().replace("+00:00", "Z")
    api.ledger.now_us += 120_000_000
    hold(api.ledger, order, lan.bytes, 120)
    api.ledger.post(approval(order, served(new(), 115, api.ledger), planned=120))

    found = api.send(api.token(lan), "GET", f"/v1/statements?person={lan}&from={since}").json

    assert (found["opening_minutes"], found["closing_minutes"]) == (300, 210)
    assert [line["reason"] for line in found["lines"]] == ["redemption_captured"]
    assert found["lines"][0]["balance_minutes"] == 210


@pytest.mark.parametrize("unit", [DISTRICT, COMMUNITY, CITY])
def test_the_wallets_of_a_unit_come_in_pages_each_once(api: Api, unit: UUID) -> None:
    people = [api.person() for _ in range(4)]
    for person in people:
        give(api.ledger, person.bytes, earned=60, granted=5)
    hold(api.ledger, new(), people[0].bytes, 20)
    token = api.token(new_id(), "city_admin", unit=CITY)
    path = f"/v1/wallets?unit={unit}&limit="
    every = api.send(token, "GET", f"{path}200").json["items"]

    page = api.send(token, "GET", f"{path}3").json
    paged = page["items"]
    while page["next"]:
        page = api.send(token, "GET", f"{path}3&cursor={page['next']}").json
        paged += page["items"]

    assert paged == every
    assert len({wallet["wallet_id"] for wallet in every}) == len(every)
    of_people = [wallet for wallet in every if wallet["person_id"] in map(str, people)]
    assert len(of_people) == 2 * len(people)
    assert sum(wallet["held_minutes"] for wallet in of_people) == 20
    owners = {wallet["class"] for wallet in every if wallet["person_id"] is None}
    assert ("issuance" in owners) is (unit != COMMUNITY)


def test_entries_come_in_pages_that_stay_stable_while_rows_are_added(api: Api) -> None:
    lan = api.person()
    for minutes in range(1, 8):
        give(api.ledger, lan.bytes, earned=minutes)
    wallet = next(row for row in api.send(api.token(lan), "GET", f"/v1/wallets?person={lan}").json["items"])
    path = f"/v1/wallets/{wallet['wallet_id']}/entries?limit=3"

    first = api.send(api.token(lan), "GET", path).json
    give(api.ledger, lan.bytes, earned=100)
    second = api.send(api.token(lan), "GET", f"{path}&cursor={first['next']}").json

    assert [row["signed_minutes"] for row in first["items"] + second["items"]] == [7, 6, 5, 4, 3, 2]
    assert first["items"][0]["balance_after_minutes"] == 28


def test_the_supply_is_open_to_everybody_and_sums_to_nothing(api: Api) -> None:
    found = api.client.get("/v1/supply").json

    assert [row["sum_minutes"] for row in found["items"]] == [0] * len(found["items"])


@pytest.mark.parametrize("change", [{"exp": datetime(2020, 1, 1, tzinfo=UTC)}, {"aud": "other"}])
def test_a_token_that_is_expired_or_for_others_opens_nothing(api: Api, change: dict[str, Any]) -> None:
    lan = api.person()

    assert api.send(api.token(lan, **change), "GET", f"/v1/wallets?person={lan}").status_code == 401
