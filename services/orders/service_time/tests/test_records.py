"""Older records and certificates."""

from __future__ import annotations

from typing import Any

from libs.contracts.events import orders as wire
from services.orders.tests.harness import OrdersHarness, named, outcome


def put(world: OrdersHarness, by: str, path: str, body: dict[str, Any]) -> str:
    return outcome(world.call("PUT", by, path, body))


def test_an_older_record_is_taken_over_by_two_people(world: OrdersHarness) -> None:
    path = f"/v1/service-records/{named('rec')}"
    body = {"person_id": str(named("min")), "minutes": 6000, "served_on": "2026-03-01"}
    world.person("two", roles=["district_admin@d1", "city_admin@city"])

    proposed = [put(world, who, path, body) for who in ("coord", "two")]
    before = world.served("min")["total_minutes"]
    decided = [
        outcome(world.call("POST", who, f"{path}/decision", {"ok": True}))
        for who in ("admin", "two", "cadmin", "cadmin")
    ]

    assert (proposed, before) == (["not_authorised", ""], 0)
    assert decided == ["not_authorised", "maker_is_checker", "", "already_decided"]
    book = world.served("min")
    assert (book["total_minutes"], book["verified_minutes"], book["star"]) == (6000, 6000, 1)
    assert [event.minutes for event in world.said(wire.ServiceTimeRecorded)] == [6000]


def test_a_certificate_is_free_and_anyone_can_check_it(world: OrdersHarness) -> None:
    path = f"/v1/certificates/{named('c1')}"
    body = {"person_id": str(named("min"))}

    issued = [put(world, who, f"/v1/certificates/{named(who)}", body) for who in ("hua", "audit", "coord_k2", "coord")]
    shown = world.call("PUT", "min", path, body).get_json()
    anyone = world.app.test_client()
    genuine = anyone.get(f"{path}?code={shown['verification_code']}").get_json()
    forged = anyone.get(f"{path}?code=abc").get_json()

    assert issued == ["not_authorised", "not_authorised", "out_of_scope", ""]
    assert (shown["minutes"], shown["verifies"], genuine["verifies"], forged["verifies"]) == (0, True, True, False)
    assert "minutes" not in forged
    assert anyone.get(path).status_code == 401
    assert [world.call("GET", who, path).status_code for who in ("min", "coord", "hua")] == [200, 200, 404]


def test_the_certificates_of_a_person_are_listed_to_who_may_know_of_them_newest_first(world: OrdersHarness) -> None:
    body = {"person_id": str(named("min"))}
    world.person("kin", roles=["volunteer"])
    world.relate("min", "child", "kin")
    world.grant("min", "kin")
    for day, label in enumerate(("c1", "c2", "c3"), start=2):
        world.set_time(f"D{day} 09:00")
        assert put(world, "min", f"/v1/certificates/{named(label)}", body) == ""

    path = f"/v1/certificates?person={named('min')}"
    mine = world.call("GET", "min", "/v1/certificates?limit=2").get_json()
    rest = world.call("GET", "min", f"/v1/certificates?cursor={mine['next']}").get_json()
    seen = {who: world.call("GET", who, path).status_code for who in ("kin", "coord", "hua", "coord_k2")}

    assert [row["certificate_id"] for row in mine["items"]] == [str(named("c3")), str(named("c2"))]
    assert [row["certificate_id"] for row in rest["items"]] == [str(named("c1"))]
    assert all(row["verifies"] and row["person_id"] == str(named("min")) for row in mine["items"])
    assert {"why", "consent", "acting_for"}.isdisjoint(mine["items"][0])
    assert seen == {"kin": 200, "coord": 200, "hua": 403, "coord_k2": 403}
    assert world.call("GET", "hua", "/v1/certificates").get_json()["items"] == []


def test_an_older_record_that_nobody_decides_lapses(world: OrdersHarness) -> None:
    world.person("two", roles=["district_admin@d1"])
    body = {"person_id": str(named("min")), "minutes": 6000, "served_on": "2026-03-01"}
    answer = world.call("PUT", "two", path := f"/v1/service-records/{named('late')}", body).get_json()

    world.set_time("D15 23:00")
    late = outcome(world.call("POST", "cadmin", f"{path}/decision", {"ok": True}))

    assert "lapses_at" in answer
    assert (late, world.served("min")["total_minutes"]) == ("proposal_lapsed", 0)


def test_what_is_proposed_of_an_older_record_is_shown_to_whom_it_concerns(world: OrdersHarness) -> None:
    path = f"/v1/service-records/{named('rec')}"
    body = {"person_id": str(named("min")), "minutes": 600, "served_on": "2026-02-01", "scan": "book 7, page 3"}
    put(world, "admin", path, body)

    seen = {who: world.call("GET", who, path).status_code for who in ("min", "cadmin", "hua", "coord_k2")}
    world.call("POST", "cadmin", f"{path}/decision", {"ok": True, "why": "read it"})
    shown = world.call("GET", "cadmin", path).get_json()

    assert seen == {"min": 200, "cadmin": 200, "hua": 404, "coord_k2": 404}
    assert (shown["state"], shown["scan"], shown["decision_why"]) == ("decided", "book 7, page 3", "read it")


def test_an_older_record_that_waits_is_listed_to_the_staff_of_its_unit(world: OrdersHarness) -> None:
    record = named("rec")
    world.person("two", roles=["district_admin@d1", "city_admin@city"])
    body = {"person_id": str(named("min")), "minutes": 6000, "served_on": "2026-03-01"}
    assert put(world, "two", f"/v1/service-records/{record}", body) == ""

    shown = world.call("GET", "cadmin", "/v1/service-records/proposals").get_json()["items"]
    elsewhere = world.call("GET", "coord_k2", "/v1/service-records/proposals").get_json()["items"]
    none = world.call("GET", "min", "/v1/service-records/proposals").status_code

    assert [(row["record_id"], row["minutes"], row["state"]) for row in shown] == [(str(record), 6000, "proposed")]
    assert (elsewhere, none) == ([], 403)

    assert outcome(world.call("POST", "cadmin", f"/v1/service-records/{record}/decision", {"ok": True})) == ""
    assert world.call("GET", "cadmin", "/v1/service-records/proposals").get_json()["items"] == []
