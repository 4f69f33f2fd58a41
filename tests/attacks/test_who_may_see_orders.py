"""Attacks on what may be seen in orders: a person by filters, a home by distances, a stranger by an emergency."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from typing import Any

import pytest

from libs.contracts.events import orders as wire
from libs.db import Database
from services.orders.core.rules.areas import GRID_M, STEPS_M, square_of, steps_between
from services.orders.core.rules.people import Place
from services.orders.tests.harness import OrdersHarness, at, named, outcome
from tests.support.postgres import FreshDatabase

ASKED = 60
HOME = Place(31_230_000, 121_470_000)
EVERY_FILTER = [
    "",
    "&state=published",
    "&state=taken",
    "&state=declined",
    "&near=31.23,121.47",
    "&from=2026-01-01T00:00:00Z",
]


@pytest.fixture
def world(fresh_database: FreshDatabase) -> Iterator[OrdersHarness]:
    database = Database(fresh_database("orders").app)
    yield OrdersHarness(database)
    database.dispose()


def listed(world: OrdersHarness, by: str, query: str) -> Any:
    found = world.call("GET", by, f"/v1/orders?{query}").get_json()
    return [row["order_id"] for row in found["items"]] if "items" in found else found["code"]


def place(world: OrdersHarness, label: str, recipient: str, start: str = "D2 09:00") -> str:
    assert world.place("coord", label, recipient=recipient, start=start) == ""
    return str(named(label))


# By a filter


@pytest.mark.parametrize("more", EVERY_FILTER)
def test_no_filter_tells_a_stranger_whether_there_is_such_a_person(world: OrdersHarness, more: str) -> None:
    place(world, "o1", "lan")
    place(world, "o2", "lan", "D3 09:00")
    world.act("min", "o2", "assignment")

    answers = [listed(world, "hua", f"person={named(who)}{more}") for who in ("lan", "nobody at all")]

    assert answers == ["not_authorised"] * 2


def test_staff_elsewhere_find_nobody_and_nothing(world: OrdersHarness) -> None:
    place(world, "o1", "lan")

    for more in EVERY_FILTER:
        answers = [listed(world, "coord_k2", f"person={named(who)}{more}") for who in ("lan", "nobody at all")]
        assert answers == [[], []]
    unit = [listed(world, "coord_k2", f"person={named(who)}&unit={named('k1')}") for who in ("lan", "nobody at all")]
    assert unit == ["not_authorised"] * 2


def test_who_may_know_of_a_thing_may_look_for_it(world: OrdersHarness) -> None:
    world.person("son", roles=[])
    world.relate("lan", "child", "son")
    before = listed(world, "son", f"person={named('lan')}")
    world.grant("lan", "son")
    o1 = place(world, "o1", "lan")

    assert before == "not_authorised"
    assert listed(world, "son", f"person={named('lan')}") == [o1]
    assert listed(world, "son", f"person={named('lan')}&state=published") == [o1]
    assert listed(world, "lan", f"person={named('lan')}&state=published") == [o1]
    assert listed(world, "coord", f"person={named('lan')}") == [o1]
    assert world.call("GET", "son", f"/v1/orders/{o1}").get_json()["recipient_id"] == str(named("lan"))


def test_what_a_stranger_may_not_see_is_answered_as_what_there_is_not(world: OrdersHarness) -> None:
    world.call(
        "PUT", "coord", f"/v1/visits/{named('v1')}", {"person_id": str(named("lan")), "how": "door", "outcome": "seen"}
    )
    world.call("PUT", "min", f"/v1/certificates/{named('c1')}", {"person_id": str(named("min"))})
    world.call("PUT", "lan", f"/v1/incidents/{named('i1')}", {"person_id": str(named("lan"))})
    world.redeem("o1", recipient="lan", start="D2 09:00")
    world.act("min", "o1", "assignment")
    there = ("visits/v1", "certificates/c1", "incidents/i1", "orders/o1", "matches?order=o1", "orders/o1/evidence")

    def asked(by: str, thing: str, label: str) -> Any:
        path = thing.replace(thing.replace("?order=", "/").split("/")[1], str(named(label)))
        found = world.call("GET", by, f"/v1/{path}")
        return found.status_code, found.get_json()["code"]

    for thing in there:
        label = thing.replace("?order=", "/").split("/")[1]
        assert asked("hua", thing, label) == asked("hua", thing, "nothing"), thing
        assert asked("coord_k2", thing, label) == asked("coord_k2", thing, "nothing"), thing


def test_a_wrong_code_and_an_unknown_certificate_are_the_same(world: OrdersHarness) -> None:
    world.call("PUT", "min", f"/v1/certificates/{named('c1')}", {"person_id": str(named("min"))})
    anyone = world.app.test_client()

    answers = [anyone.get(f"/v1/certificates/{named(label)}?code=abc") for label in ("c1", "nothing")]

    assert [(response.status_code, response.get_json()["verifies"]) for response in answers] == [(200, False)] * 2


@pytest.mark.parametrize("thing", ["orders", "certificates", "visits"])
def test_no_act_tells_a_stranger_whether_there_is_such_a_person(world: OrdersHarness, thing: str) -> None:
    def asked(of: str) -> str:
        about = {"person_id": str(named(of))}
        bodies: dict[str, dict[str, Any]] = {
            "orders": {
                "recipient_id": str(named(of)), "service": "B1", "minutes": 60, "funding": "programme",
                "start": at("D2 09:00").isoformat(),
            },
            "certificates": about,
            "visits": about | {"how": "door", "outcome": "seen"},
        }  # fmt: skip
        return outcome(world.call("PUT", "mei", f"/v1/{thing}/{named(thing + of)}", bodies[thing]))

    assert asked("lan") == asked("nobody at all") == "not_authorised"


# By distances


def test_squares_are_of_five_hundred_metres_and_hold_what_lies_in_them() -> None:
    source = random.Random(7)
    for _ in range(2000):
        home = Place(source.randint(-80_000_000, 80_000_000), source.randint(-180_000_000, 180_000_000))
        middle = square_of(home)
        assert square_of(middle) == middle
        assert home.metres_to(middle) <= math.hypot(GRID_M, GRID_M) / 2 + 5


def test_the_bisecting_attacker_learns_the_square_and_no_more(world: OrdersHarness) -> None:
    middle, far = square_of(HOME), 1100
    north, south = ((middle.latitude_e6 + step) // 1000 for step in (far, -far))
    west, east = ((middle.longitude_e6 + step) // 1000 for step in (-far, far))
    corners = {"north_west": (north, west), "south_east": (south, east), "north_east": (north, east)}
    assert {square_of(Place(lat * 1000, lon * 1000)) for lat, lon in corners.values()} == {middle}
    orders = {}
    for day, (label, home) in enumerate(corners.items(), 2):
        world.person(label, roles=["recipient"], home=home)
        orders[place(world, f"o-{label}", label, f"D{day} 09:00")] = label
    source, seen = random.Random(1), []

    for _ in range(ASKED):
        here = Place(31_228_000 + source.randint(-30_000, 30_000), 121_471_000 + source.randint(-30_000, 30_000))
        query = (
            f"near={here.latitude_e6 / 1e6:.6f},{here.longitude_e6 / 1e6:.6f}&within_m={source.choice(range(1, 5000))}"
        )
        rows = world.call("GET", "hua", f"/v1/orders?state=published&{query}").get_json()["items"]
        assert len(rows) in (0, len(corners)), "the grid tells people of one square apart"
        seen.append({row["distance_m"] for row in rows})

    assert any(seen)
    assert all(len(distances) <= 1 and distances <= set(STEPS_M) for distances in seen)


def test_asking_from_within_one_square_makes_no_difference(world: OrdersHarness) -> None:
    world.person("elder", roles=["recipient"], home=(31_244, 121_455))
    place(world, "o1", "elder")
    middle = square_of(HOME)

    answers = []
    for north, east in ((0, 0), (-2000, -2000), (2000, 2000), (-2000, 2000)):
        here = f"{(middle.latitude_e6 + north) / 1e6:.6f},{(middle.longitude_e6 + east) / 1e6:.6f}"
        answers.append(
            [listed(world, "hua", f"state=published&near={here}&within_m={m}") for m in range(1800, 2400, 50)]
        )

    assert answers[0] == answers[1] == answers[2] == answers[3]


def test_staff_are_told_a_volunteers_distance_in_steps_too(world: OrdersHarness) -> None:
    world.person("far", roles=["volunteer"], home=(31_237, 121_471))
    place(world, "o1", "lan")

    rows = world.call("GET", "coord", f"/v1/matches?order={named('o1')}").get_json()["items"]

    told = {row["person_id"]: row["distance_m"] for row in rows}
    assert told[str(named("far"))] == steps_between(HOME, Place(31_237_000, 121_471_000)) == 1000
    assert set(told.values()) <= set(STEPS_M)


def test_no_field_of_a_published_order_tells_more_than_its_community(world: OrdersHarness) -> None:
    place(world, "o1", "lan")

    (row,) = world.call("GET", "hua", "/v1/orders?state=published&near=31.23,121.47").get_json()["items"]

    assert {name for name, value in row.items() if value not in (None, [], "")} == {
        "order_id", "state", "service", "minutes", "start", "end", "funding", "persons", "unit_id", "district_id",
        "published_at", "policy_version", "distance_m", "acts", "service_name", "unit_name",
        "catalogue_version", "coefficient_percent", "kind", "persons_taken",
    }  # fmt: skip
    assert [(act["act"], act["allowed"]) for act in row["acts"]] == [("take", True)]


# By an emergency


def call_for(world: OrdersHarness, by: str, label: str, **said: Any) -> Any:
    return world.call("PUT", by, f"/v1/incidents/{named(label)}", said)


def test_an_emergency_about_somebody_is_opened_by_those_who_may_know_of_them(world: OrdersHarness) -> None:
    world.person("son", roles=[])
    world.relate("lan", "child", "son")
    world.person("claims", roles=["volunteer"])
    world.relate("lan", "sibling", "claims", verified=False)
    world.redeem("r1", recipient="lan", start="D1 14:00")
    world.redeem("r2", recipient="lan", start="D3 14:00")
    world.act("min", "r1", "assignment")
    world.act("hua", "r2", "assignment")

    callers = ("lan", "son", "min", "coord", "op", "claims", "hua", "mei", "coord_k2", "audit")
    answers = {who: outcome(call_for(world, who, f"i-{who}", person_id=str(named("lan")))) for who in callers}
    nobody = {who: outcome(call_for(world, who, f"n-{who}", person_id=str(named("?")))) for who in ("hua", "coord_k2")}

    assert [who for who, code in answers.items() if code == ""] == ["lan", "son", "min", "coord", "op"]
    assert {answers[who] for who in ("claims", "hua", "mei", "coord_k2", "audit")} == {"not_authorised"}
    assert set(nobody.values()) == {"not_authorised"}
    assert len(world.said(wire.IncidentOpened)) == 5


SEEN_BY_WHO_CALLED = {"incident_id", "kind", "state", "opened_at", "calling"}


def test_anyone_else_says_where_and_what_and_learns_nothing(world: OrdersHarness) -> None:
    said = {"place": {"latitude": "31.23", "longitude": "121.47"}, "words": "an old lady lies on the stairs"}

    opened = call_for(world, "hua", "i1", **said).get_json()
    path = f"/v1/incidents/{named('i1')}"
    world.call("POST", "op", f"{path}/closing", {"outcome": "it was Mrs Lan"})
    shown = {who: world.call("GET", who, path) for who in ("hua", "mei", "op")}

    assert set(opened) == set(shown["hua"].get_json()) == SEEN_BY_WHO_CALLED
    assert opened["calling"]["dial"] == "120"
    assert shown["hua"].get_json()["state"] == "closed"
    assert shown["mei"].status_code == 404
    staff = shown["op"].get_json()
    assert (staff["words"], staff["place"]["latitude"], staff["person_id"]) == (said["words"], "31.23", None)
    assert world.said(wire.IncidentOpened)[0].person_id == ""
    assert b"stairs" not in b"".join(message.SerializeToString() for message in world.said())


def test_an_emergency_that_says_nothing_is_refused(world: OrdersHarness) -> None:
    assert outcome(call_for(world, "hua", "i1")) == "invalid_fields"
    assert world.said() == []


def test_one_caller_opens_a_bounded_number_within_an_hour(world: OrdersHarness) -> None:
    answers = [outcome(call_for(world, "hua", f"i{n}", words="help")) for n in range(7)]
    world.set_time("D1 09:01")

    assert answers == [""] * 5 + ["incidents_exceeded"] * 2
    assert outcome(call_for(world, "hua", "later", words="help")) == ""
    assert outcome(call_for(world, "mei", "other", words="help")) == ""


def test_the_urgent_queue_is_read_page_by_page(world: OrdersHarness) -> None:
    wanted = [str(named(f"i{n}")) for n in range(5)]
    for n in range(5):
        world.set_time(f"D1 08:0{n}")
        call_for(world, ("lan", "mei")[n % 2], f"i{n}", words="help")
    found, cursor = [], ""

    for _ in range(4):
        page = world.call("GET", "op", f"/v1/queues/urgent?limit=2{cursor}").get_json()
        found += [row["incident_id"] for row in page["items"]]
        cursor = f"&cursor={page['next']}"
        if page["next"] is None:
            break

    assert found == wanted
