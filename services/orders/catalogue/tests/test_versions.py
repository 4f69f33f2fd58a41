"""Versions of services: two people publish them, and what was asked for before stays as it was."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from libs.contracts.events import orders as wire
from services.orders.catalogue.tests.drafts import COMPANY, decide, items, propose, publish
from services.orders.tests.harness import OrdersHarness, named


@pytest.fixture
def city(world: OrdersHarness) -> OrdersHarness:
    """The world with a second city administrator."""
    world.person("cadmin_b", roles=["city_admin@city"], born=date(1980, 1, 1))
    return world


def test_a_version_is_published_by_another_and_binds_from_its_first_day(city: OrdersHarness) -> None:
    assert propose(city, "v2", max_minutes=90) == ""
    assert items(city, on="2026-03-05")["B1"]["version"] == 1
    assert decide(city, "v2", by="cadmin") == "maker_is_checker"
    assert decide(city, "v2") == ""

    assert items(city)["B1"]["version"] == 1
    later = items(city, on="2026-03-05")["B1"]
    assert (later["version"], later["max_minutes"], later["checklist"]) == (2, 90, ["情绪", "睡眠"])
    assert decide(city, "v2") == "already_decided"


def test_what_was_published_is_told_with_both_hands(city: OrdersHarness) -> None:
    publish(city, "v2", coefficient_percent=120, night_percent=150, until="2026-12-31")

    with city.database.reading() as connection:
        query = sa.text("SELECT payload FROM outbox WHERE topic = 'timebank.orders.state.v1' AND subject = 'B1/2'")
        published = wire.CatalogueItemPublished.FromString(bytes(connection.execute(query).scalar_one()))
    percents = (published.coefficient_percent, published.night_percent)
    assert (published.version, percents, published.until) == (2, (120, 150), "2026-12-31")
    assert (published.proposed_by, published.decided_by) == (str(named("cadmin")), str(named("cadmin_b")))


def test_who_may_propose_and_decide(city: OrdersHarness) -> None:
    assert propose(city, "a1", by="coord") == "not_authorised"
    assert propose(city, "a2", by="audit") == "not_authorised"
    assert propose(city, "a3", by="admin") == "out_of_scope"
    assert propose(city, "a4", by="admin", unit="d2") == "out_of_scope"
    assert propose(city, "a5", by="admin", unit="s1") == "catalogue_unit"
    assert propose(city, "a", by="admin", unit="d1") == ""
    assert propose(city, "a", by="cadmin") == "id_reused"
    assert decide(city, "a", by="admin") == "maker_is_checker"
    assert decide(city, "a", by="coord") == "not_authorised"
    assert decide(city, "none") == "record_not_found"
    assert decide(city, "a", ok=False) == ""
    path = "/v1/catalogue-items/proposals"
    assert city.call("GET", "coord", path).status_code == 403
    (row,) = city.call("GET", "audit", f"{path}?state=declined").get_json()["items"]
    assert (row["service"]["code"], row["base_version"], row["why"]) == ("B1", 0, "as agreed")
    assert city.call("GET", "admin", f"{path}/{named('a')}").get_json()["state"] == "declined"
    assert city.call("GET", "lan", f"{path}/{named('a')}").status_code == 403


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"max_minutes": 20}, "max_minutes"),
        ({"risk": "H"}, "certificate"),
        ({"until": "2026-03-04"}, "until"),
        ({"night_percent": 120, "night_from": 6}, "night_until"),
        ({"season_percent": 120}, "season_from"),
        ({"season_from": "12-01"}, "season_until"),
        ({"checklist": ["睡眠", "睡眠"]}, "checklist"),
    ],
)
def test_what_contradicts_itself_is_refused(city: OrdersHarness, change: dict[str, Any], field: str) -> None:
    body = COMPANY | {"unit_id": str(named("city"))} | change

    answer = city.call("PUT", "cadmin", f"/v1/catalogue-items/proposals/{named('bad')}", body).get_json()

    assert (answer["code"], answer["field"]) == ("catalogue_contradiction", field)


def test_nothing_is_changed_backwards_or_over_what_others_published(city: OrdersHarness) -> None:
    assert propose(city, "today", effective="2026-03-02") == "catalogue_backdated"
    assert propose(city, "one") == propose(city, "two") == ""
    assert decide(city, "one") == ""
    assert decide(city, "two") == "catalogue_outdated"
    assert propose(city, "early", effective="2026-03-04") == "catalogue_backdated"
    assert propose(city, "late", effective="2026-03-06") == ""
    city.set_time("D6 08:00")
    assert decide(city, "late") == "catalogue_backdated"


def test_a_proposal_that_nobody_decides_lapses(city: OrdersHarness) -> None:
    assert propose(city, "slow", effective="2026-04-01") == ""

    city.set_time("D16 08:00")

    assert decide(city, "slow") == "proposal_lapsed"
    (row,) = city.call("GET", "admin", "/v1/catalogue-items/proposals?state=lapsed").get_json()["items"]
    assert row["state"] == "lapsed"


def test_a_district_has_its_own_until_it_ends(city: OrdersHarness) -> None:
    publish(city, "own", unit="d1", effective="2026-03-03", until="2026-03-04", max_minutes=60)
    publish(city, "all", effective="2026-03-03", max_minutes=120)

    assert items(city, on="2026-03-03", unit=str(named("k1")))["B1"]["max_minutes"] == 60
    assert items(city, on="2026-03-03", unit=str(named("k3")))["B1"]["max_minutes"] == 120
    assert items(city, on="2026-03-05", unit=str(named("k1")))["B1"]["max_minutes"] == 120
    city.person("far", roles=["recipient"], unit="k3")
    city.set_time("D2 08:00")
    assert city.place("coord", "o1", recipient="lan", start="D3 09:00", minutes=90) == "minutes_out_of_range"
    city.person("coord_far", roles=["coordinator@k3"], unit="k3", born=date(1985, 1, 1))
    assert city.place("coord_far", "o2", recipient="far", start="D3 09:00", minutes=90) == ""
    rows = city.app.test_client().get("/v1/catalogue-items/versions?code=B1").get_json()["items"]
    assert [(row["version"], row["district_id"]) for row in rows] == [(1, None), (2, str(named("d1"))), (3, None)]


def test_a_service_of_the_city_that_ended_is_not_offered(city: OrdersHarness) -> None:
    publish(city, "last", effective="2026-03-03", until="2026-03-03")
    city.set_time("D3 08:00")

    assert "B1" not in items(city)
    assert city.place("coord", "o1", recipient="lan", start="D4 09:00") == "service_not_found"


def test_an_order_placed_before_keeps_its_gates_minutes_coefficient_and_list(city: OrdersHarness) -> None:
    city.redeem("old", recipient="lan", start="D6 09:00", minutes=240)
    publish(
        city, "v2", risk="H", certificate="carer", max_minutes=60, coefficient_percent=150, max_grade="intact",
        funding=["programme"], checklist=["新"], reserve_yuan_per_hour=45,
    )  # fmt: skip
    city.person("frail", roles=["recipient"], grade="severe")
    city.set_time("D5 08:00")

    old = city.order("old")
    assert (old["catalogue_version"], old["coefficient_percent"], old["minutes"]) == (1, 100, 240)
    assert (old["checklist"], old["reserve_yuan"]) == (["情绪", "睡眠", "饮食"], None)
    assert city.act("min", "old", "assignment") == ""
    city.serve("old", by="min", start="D6 09:00", end="D6 13:00")
    assert city.order("old")["volunteers"][0]["actual_minutes"] == 240

    assert city.place("coord", "n0", recipient="lan", start="D7 09:00", minutes=90) == "minutes_out_of_range"
    assert city.place("coord", "n1", recipient="frail", start="D7 09:00") == "grade_outside_limits"
    assert city.place("coord", "n2", recipient="lan", start="D7 09:00", funding="pool") == "funding_not_allowed"
    assert city.place("coord", "new", recipient="lan", start="D7 09:00") == ""
    new = city.order("new")
    assert (new["catalogue_version"], new["coefficient_percent"], new["price_minutes"]) == (2, 150, 90)
    assert (new["checklist"], new["reserve_yuan"]) == (["新"], 45)
    assert city.act("hua", "new", "assignment") == "certificate_missing"


@pytest.mark.parametrize(
    ("start", "percent"),
    [("D4 09:00", 120), ("D4 22:00", 180), ("D5 05:59", 180), ("D5 06:00", 120), ("D8 09:00", 100), ("D8 23:00", 150)],
)
def test_the_coefficient_follows_night_and_season_in_local_time(city: OrdersHarness, start: str, percent: int) -> None:
    publish(
        city, "v2", effective="2026-03-03", night_percent=150, season_percent=120, season_from="12-01",
        season_until="03-06",
    )  # fmt: skip
    city.set_time("D3 08:00")

    assert city.place("coord", "o1", recipient="lan", start=start) == ""

    order = city.order("o1")
    assert (order["coefficient_percent"], order["price_minutes"]) == (percent, 60 * percent // 100)


def test_what_redemption_priced_is_what_the_order_is_placed_under(city: OrdersHarness) -> None:
    publish(city, "v2", effective="2026-03-03")
    city.set_time("D3 08:00")

    city.redeem("r1", recipient="lan", start="D4 09:00", catalogue_version=1)
    city.redeem("r2", recipient="mei", start="D4 09:00")

    assert (city.order("r1")["catalogue_version"], city.order("r2")["catalogue_version"]) == (1, 2)


def test_what_is_ticked_at_check_out_is_evidence(city: OrdersHarness) -> None:
    assert city.place("coord", "o1", recipient="lan", start="D2 09:00") == ""
    assert city.act("min", "o1", "assignment") == ""
    city.set_time("D2 09:00")
    assert city.act("min", "o1", "check-in", {"code": city.code("o1")}) == ""
    city.set_time("D2 10:00")

    assert city.act("min", "o1", "check-out", {"ticked": [3]}) == "checklist_point"
    assert city.act("min", "o1", "check-out", {"ticked": [2, 0, 0]}) == ""

    (part,) = city.order("o1")["volunteers"]
    assert (part["ticked"], part["evidence"]) == ([0, 2], ["checklist", "door_code"])
