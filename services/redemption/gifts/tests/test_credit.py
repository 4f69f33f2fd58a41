"""Gifts, donations, goods and grants: what is refused here, what the ledger is asked, and its answers."""

from typing import Any

import pytest

from libs.contracts.events import ledger, redemption as own
from services.redemption.tests.support import Bench, local, said


@pytest.fixture
def people(bench: Bench) -> Bench:
    """Min of 45, her mother and brother, a neighbour, and staff."""
    bench.person("min", "volunteer", age=45)
    bench.person("mum", "recipient")
    bench.person("bro", "volunteer", age=50)
    bench.person("neighbour", "recipient")
    bench.person("op", "operator@d1", age=40)
    bench.person("admin", "district_admin@d1", age=40)
    bench.person("cadmin", "city_admin@city", age=48)
    bench.relate("min", "parent", "mum")
    bench.relate("min", "sibling", "bro")
    return bench


def give(bench: Bench, label: str, by: str, to: str, minutes: int, **terms: Any) -> Any:
    body = {"to": str(bench.id_of(to)), "minutes": minutes} | terms
    return bench.send("PUT", f"/v1/gifts/{bench.id_of(label)}", by, body)


def posted(bench: Bench, label: str, reason: str) -> ledger.TransferPosted:
    return ledger.TransferPosted(cause_id=str(bench.id_of(label)), reason=reason, amount_minutes=1)


def test_a_gift_to_a_direct_relative_is_asked_of_the_ledger_and_done_when_posted(people: Bench) -> None:
    assert give(people, "g1", "min", "mum", 400).status_code == 202
    (event,) = people.published(own.GiftRequested)
    assert (event.giver_id, event.receiver_id) == (str(people.id_of("min")), str(people.id_of("mum")))

    people.hear(posted(people, "g1", "gift"), posted(people, "g1", "gift"))

    assert people.show("g1", "mum", of="gifts")["state"] == "done"
    assert give(people, "g1", "min", "mum", 400).status_code == 200
    assert people.counts() == {"GiftRequested": 1}


def test_the_ledgers_refusal_of_a_gift_stays(people: Bench) -> None:
    give(people, "g1", "min", "mum", 400)

    people.hear(ledger.TransferRefused(cause_id=str(people.id_of("g1")), code="credit_not_giftable"))

    again = give(people, "g1", "min", "mum", 400)
    assert (again.status_code, again.get_json()["code"]) == (422, "credit_not_giftable")


@pytest.mark.parametrize(
    ("to", "minutes", "status", "code"),
    [
        ("bro", 60, 422, "gift_outside_scope"),
        ("neighbour", 60, 403, "relation_not_verified"),
        ("min", 60, 403, "relation_not_verified"),
        ("mum", 601, 422, "gift_cap_exceeded"),
    ],
)
def test_gifts_that_the_policy_bars(people: Bench, to: str, minutes: int, status: int, code: str) -> None:
    answer = give(people, "g1", "min", to, minutes)

    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    assert people.counts() == {}


def test_no_gift_where_gifts_are_off(people: Bench) -> None:
    people.publish_policy("d1", 2, people.clock.now().date(), transfer={"gift_enabled": False})

    assert give(people, "g1", "min", "mum", 60).get_json()["code"] == "gift_disabled"


def test_the_cap_counts_a_calendar_month_without_what_was_declined_or_reversed(people: Bench) -> None:
    for label, minutes in (("g1", 300), ("g2", 200), ("g3", 100)):
        assert give(people, label, "min", "mum", minutes).status_code == 202
    assert give(people, "g4", "min", "mum", 1).get_json()["code"] == "gift_cap_exceeded"

    people.hear(ledger.TransferRefused(cause_id=str(people.id_of("g2")), code="insufficient_credits"))
    people.hear(posted(people, "g3", "gift"), ledger.TransferReversed(cause_id=str(people.id_of("g3"))))

    assert people.show("g3", "min", of="gifts")["state"] == "reversed"
    assert give(people, "g5", "min", "mum", 300).status_code == 202
    people.clock.instant = local("D31 00:00")
    assert give(people, "g6", "min", "mum", 600).status_code == 202


def test_an_operator_gives_for_a_person_with_consent(people: Bench) -> None:
    terms = {"acting_for": str(people.id_of("min"))}
    assert give(people, "g1", "op", "mum", 60, **terms).get_json()["code"] == "consent_missing"

    asked = give(people, "g2", "op", "mum", 60, consent=said(), **terms)

    assert (asked.status_code, asked.get_json()["state"]) == (202, "proposed")
    assert people.show("g2", "min", of="gifts")["giver_id"] == str(people.id_of("min"))


@pytest.mark.parametrize("of", ["donations", "exchanges"])
def test_donations_and_goods_are_asked_of_the_ledger(people: Bench, of: str) -> None:
    people.publish_policy("d1", 2, people.clock.now().date(), redeem={"goods_allowed": True})
    path = f"/v1/{of}/{people.id_of('n1')}"

    assert people.send("PUT", path, "min", {"minutes": 180}).status_code == 202
    people.hear(posted(people, "n1", "donation" if of == "donations" else "goods"))

    assert people.send("PUT", path, "min", {"minutes": 180}).status_code == 200
    assert people.send("GET", f"/v1/{of}?person={people.id_of('min')}", "min").get_json()["items"][0]["state"] == "done"
    assert people.counts() == {"DonationRequested" if of == "donations" else "GoodsRequested": 1}


def test_no_goods_where_the_policy_gives_services_only(people: Bench) -> None:
    answer = people.send("PUT", f"/v1/exchanges/{people.id_of('e1')}", "min", {"minutes": 60})

    assert (answer.status_code, answer.get_json()["code"]) == (422, "goods_not_allowed")


def test_goods_only_after_the_hours_that_the_policy_asks_for(people: Bench) -> None:
    changed = {"goods_allowed": True, "min_hours_served": 1}
    people.publish_policy("d1", 2, people.clock.now().date(), redeem=changed)

    answer = people.send("PUT", f"/v1/exchanges/{people.id_of('e1')}", "min", {"minutes": 60})

    assert answer.get_json()["code"] == "min_hours_not_served"


def test_minutes_of_nothing_are_no_gift(people: Bench) -> None:
    assert give(people, "g1", "min", "mum", 0).get_json()["code"] == "invalid_fields"


def grant(bench: Bench, label: str, by: str = "admin", unit: str = "d1") -> Any:
    return bench.send("PUT", f"/v1/grants/{bench.id_of(label)}", by, {"unit_id": str(bench.id_of(unit))})


@pytest.fixture
def elders(people: Bench) -> Bench:
    """Two key elders of d1 among others who are not."""
    people.publish_policy("d1", 2, people.clock.now().date(), grant={"key_elder_monthly_minutes": 120})
    alone = ["empty_nest_alone"]
    people.person("a82", "recipient", age=82, hardship=alone)
    people.person("b70", "recipient", age=70, grade="severe", hardship=[*alone, "dibao"])
    people.person("c70", "recipient", age=70, grade="severe", hardship=alone)
    people.person("d70", "recipient", age=70, hardship=[*alone, "dibao"])
    people.person("e81", "recipient", age=81)
    people.person("f85", "recipient", age=85, hardship=alone, unit="k3")
    people.person("g90", "recipient", age=90, hardship=alone, status="suspended")
    people.person("h90", age=90, hardship=alone)
    return people


def test_grants_go_to_every_key_elder_of_the_district_once_a_month(elders: Bench) -> None:
    assert grant(elders, "m3").status_code == 202
    (event,) = elders.published(own.GrantScheduled)
    assert {line.person_id for line in event.lines} == {str(elders.id_of("a82")), str(elders.id_of("b70"))}
    elders.hear(posted(elders, "m3", "grant"))

    again = grant(elders, "m3b")

    runs = elders.send("GET", f"/v1/grants?unit={elders.id_of('d1')}", "admin").get_json()["items"]
    assert sorted(run["people"] for run in runs) == [0, 2]
    assert (again.status_code, again.get_json()["state"], again.get_json()["people"]) == (200, "done", 0)
    assert elders.counts()["GrantScheduled"] == 1
    elders.clock.instant = local("D31 00:00")
    assert grant(elders, "m4").status_code == 202


def test_a_run_that_the_pool_cannot_cover_leaves_everyone_free_for_another(elders: Bench) -> None:
    grant(elders, "m3")
    elders.hear(ledger.TransferRefused(cause_id=str(elders.id_of("m3")), code="pool_insufficient"))
    assert grant(elders, "m3").get_json()["code"] == "pool_insufficient"

    assert grant(elders, "m3b").status_code == 202

    assert len(elders.published(own.GrantScheduled)[1].lines) == 2


@pytest.mark.parametrize(
    ("by", "unit", "code"),
    [("op", "d1", "not_authorised"), ("admin", "d2", "out_of_scope"), ("cadmin", "d1", "not_authorised")],
)
def test_only_the_districts_administrator_grants(elders: Bench, by: str, unit: str, code: str) -> None:
    answer = grant(elders, "m3", by, unit)

    assert (answer.status_code, answer.get_json()["code"]) == (403, code)


def test_no_grants_before_the_bureau_has_entered_the_amount(people: Bench) -> None:
    answer = grant(people, "m3")

    assert (answer.status_code, answer.get_json()["code"]) == (422, "grant_amount_unset")
