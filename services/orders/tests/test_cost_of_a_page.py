"""A page of orders costs as many trips to the database as one order does: nothing is asked again for each."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from libs.programme.policy.store import forget_read_policies
from services.orders.tests.harness import OrdersHarness, at, named
from tests.support.trips import counted_trips

PEOPLE, ORDERS = 5, 20
PREPARED_AFTER = 8
"""By then the driver has prepared each statement, which is a trip of its own."""


@pytest.fixture
def street(world: OrdersHarness) -> OrdersHarness:
    """Twenty orders of five elders in two communities, under two versions of the rules, a third of them served."""
    for number in range(PEOPLE):
        world.person(f"elder{number}", roles=["recipient"], unit=f"k{1 + number % 2}")
        world.person(f"helper{number}", roles=["volunteer"], unit=f"k{1 + number % 2}")
        world.grant(f"elder{number}", "hua")
        world.relate(f"elder{number}", "child", "hua")
    for day in range(2, 2 + ORDERS // PEOPLE):
        if day == 4:
            world.policy({}, version=2, effective=at(f"D{day} 00:00").date())
        for number in range(PEOPLE):
            label = f"o{day}/{number}"
            staff = "coord_k2" if number % 2 else "coord"
            assert world.place(staff, label, recipient=f"elder{number}", start=f"D{day} {9 + number:02}:00") == ""
            assert world.act(f"helper{number}", label, "assignment") == ""
        world.serve(f"o{day}/0", by="helper0", start=f"D{day} 09:00", end=f"D{day} 10:00")
    world.redeem("mine", recipient="lan", start="D20 09:00")
    return world


def trips(world: OrdersHarness, by: str, path: str) -> tuple[int, int]:
    """Return how many rows a list has, and the trips of reading it; no version of the rules is kept."""
    headers = {"Authorization": f"Bearer {world.token(by)}"}
    for _ in range(PREPARED_AFTER):
        world.app.test_client().get(path, headers=headers)
    forget_read_policies()
    with counted_trips(world.database) as counted:
        response = world.app.test_client().get(path, headers=headers)
    assert response.status_code == 200, response.get_json()
    return len(response.get_json()["items"]), counted[-1]  # Before that, who calls was looked up.


def test_a_page_of_twenty_orders_costs_what_a_page_of_one_does(street: OrdersHarness) -> None:
    lists = {
        "staff": ("audit", "/v1/orders?"),
        "relative": ("hua", f"/v1/orders?person={named('elder0')}&"),
        "recipient": ("elder0", "/v1/orders?"),
        "near": ("audit", "/v1/orders?near=31.23,121.47&"),
    }

    one = {name: trips(street, by, f"{path}limit=1") for name, (by, path) in lists.items()}
    many = {name: trips(street, by, f"{path}limit=20") for name, (by, path) in lists.items()}

    assert {name: rows for name, (rows, _) in one.items()} == dict.fromkeys(lists, 1)
    assert {name: rows for name, (rows, _) in many.items()} == {"staff": 20, "relative": 4, "recipient": 4, "near": 20}
    assert {name: cost for name, (_, cost) in many.items()} == {name: cost for name, (_, cost) in one.items()}


def test_a_list_says_what_services_and_units_are_called_in_the_callers_language(street: OrdersHarness) -> None:
    headers = {"Authorization": f"Bearer {street.token('audit')}", "Accept-Language": "en"}
    client = street.app.test_client()
    one = f"/v1/orders/{named('o2/1')}"

    listed = client.get("/v1/orders?limit=20", headers=headers).get_json()["items"]
    english = client.get(one, headers=headers).get_json()
    chinese = client.get(one, headers=headers | {"Accept-Language": "zh-CN"}).get_json()

    catalogue = client.get("/v1/catalogue-items").get_json()["items"]
    names = {row["code"]: (row["name_zh"], row["name_en"]) for row in catalogue}[english["service"]]
    assert (chinese["service_name"], english["service_name"]) == names
    assert (chinese["unit_name"], english["unit_name"]) == ("k2 社区", "Community k2")
    assert {row["unit_name"] for row in listed} == {"Community k1", "Community k2"}


def test_units_without_a_name_are_read_again_and_those_with_one_are_not(world: OrdersHarness) -> None:
    with world.database.transaction() as connection:
        before = world.consumers.lacking(connection)
        connection.execute(sa.text("UPDATE unit SET name_zh = NULL, name_en = NULL"))
        after = world.consumers.lacking(connection)

    assert before == {}
    assert after == {"timebank.accounts.v1.OrgUnitState": "timebank.accounts.state.v1"}


def test_what_a_command_answers_is_kept_in_no_language(world: OrdersHarness) -> None:
    world.place("coord", "o", recipient="lan", start="D3 09:00")
    answer = world.call("POST", "coord", f"/v1/orders/{named('o')}/cancellation", {"why": "moved"}).get_json()

    assert answer["state"] == "cancelled"
    assert {"service_name", "unit_name"}.isdisjoint(answer)


def test_a_queue_of_incidents_costs_what_one_incident_does(world: OrdersHarness) -> None:
    for number in range(4):
        world.person(f"elder{number}", roles=["recipient"], unit=f"k{1 + number % 2}")
        path = f"/v1/incidents/{named(f'i{number}')}"
        assert world.call("PUT", f"elder{number}", path, {"words": "I fell"}).status_code == 201

    one, many = (trips(world, "audit", f"/v1/queues/urgent?limit={limit}") for limit in (1, 4))

    assert (one[0], many[0]) == (1, 4)
    assert many[1] == one[1]
