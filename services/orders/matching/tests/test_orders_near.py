"""Orders for a volunteer: the gates of taking, the reasons and weights of matching, and pages that stay as they are."""

from __future__ import annotations

from typing import Any

import pytest

from libs.programme.policy.store import forget_read_policies
from services.orders.tests.harness import OrdersHarness, named, outcome
from services.orders.tests.test_cost_of_a_page import PREPARED_AFTER
from tests.support.trips import counted_trips

NEAR, FURTHER, FAR = (31_240, 121_470), (31_250, 121_470), (31_900, 121_470)


@pytest.fixture
def street(world: OrdersHarness) -> OrdersHarness:
    """Three elders at one, two and seventy kilometres from min."""
    world.person("next", roles=["recipient"], home=NEAR)
    world.person("further", roles=["recipient"], home=FURTHER)
    world.person("far", roles=["recipient"], home=FAR)
    for label, day in (("next", 5), ("further", 6), ("far", 7)):
        assert world.place("coord", f"of {label}", recipient=label, start=f"D{day} 09:00") == ""
    return world


def near(world: OrdersHarness, by: str = "min", query: str = "") -> dict[str, Any]:
    """Return what is listed for a volunteer."""
    response = world.call("GET", by, f"/v1/matches/orders?{query}")
    assert response.status_code == 200, response.get_json()
    return dict(response.get_json())


def labels(answer: dict[str, Any]) -> list[str]:
    """Return whose orders are listed."""
    words = {str(named(f"of {label}")): label for label in ("next", "further", "far", "kin", "lan", "day")}
    return [words[row["order_id"]] for row in answer["items"]]


def reasons(row: dict[str, Any]) -> dict[str, tuple[int, int, int]]:
    """Return why an order stands where it stands: weight, percent and points of each reason."""
    assert row["points"] == sum(reason["points"] for reason in row["reasons"])
    return {reason["reason"]: (reason["weight"], reason["percent"], reason["points"]) for reason in row["reasons"]}


def test_the_nearest_stands_first_with_each_reason_and_its_weight(street: OrdersHarness) -> None:
    answer = near(street)

    assert labels(answer) == ["next", "further"]
    first, second = answer["items"]
    assert (first["distance_m"], second["distance_m"]) == (1000, 3000)
    assert reasons(first) == {
        "near": (40, 80, 32),
        "served_before": (30, 0, 0),
        "free_time": (15, 100, 15),
        "fair_share": (15, 100, 15),
        "language": (20, 0, 0),
    }
    assert {reason["en"] for reason in first["reasons"]} >= {"At most 1000 metres away", "Helped here 0 times before"}
    assert (first["barred_by"], answer["barred"], answer["next"]) == (None, [], None)
    assert {"recipient_id", "place", "home"}.isdisjoint(first)


def test_a_volunteer_for_an_order_and_the_order_for_the_volunteer_have_the_same_points(street: OrdersHarness) -> None:
    (order, *_) = near(street)["items"]

    rows = street.call("GET", "coord", f"/v1/matches?order={order['order_id']}").get_json()["items"]

    (match,) = (row for row in rows if row["person_id"] == str(named("min")))
    assert (match["points"], match["reasons"]) == (order["points"], order["reasons"])


def test_whom_one_helped_before_stands_first_and_is_found_far_away(street: OrdersHarness) -> None:
    street.place("coord", "before", recipient="far", start="D1 09:00")
    street.act("min", "before", "assignment")
    street.serve("before", by="min", start="D1 09:00", end="D1 10:01")

    answer = near(street)

    assert sorted(labels(answer)) == ["far", "further", "next"]
    served = {label: row["helped_before"] for label, row in zip(labels(answer), answer["items"], strict=True)}
    assert served == {"far": 1, "further": 0, "next": 0}


def test_the_weights_of_the_district_decide_what_stands_first(street: OrdersHarness) -> None:
    street.place("coord", "before", recipient="further", start="D1 09:00")
    street.act("min", "before", "assignment")
    street.serve("before", by="min", start="D1 09:00", end="D1 10:01")
    by_default = labels(near(street))

    street.policy({"match": {"near_weight": 100, "served_before_weight": 0}}, version=2)

    assert (by_default[0], labels(near(street))[0]) == ("further", "next")


def test_only_what_could_be_taken_is_listed_and_the_rest_with_the_gate_that_bars(street: OrdersHarness) -> None:
    street.person("kin", roles=["recipient"], home=NEAR)
    street.relate("kin", "child", "min")
    street.place("coord", "of kin", recipient="kin", start="D8 09:00")
    street.place("coord", "mine", recipient="lan", start="D5 09:30")
    street.act("min", "mine", "assignment")

    able, rest = near(street), near(street, query="show=barred")

    assert labels(able) == ["further"]
    assert {row["code"]: row["orders"] for row in able["barred"]} == {"related_party": 1, "order_overlap": 1}
    gates = {label: row["barred_by"] for label, row in zip(labels(rest), rest["items"], strict=True)}
    assert {label: gate["code"] for label, gate in gates.items()} == {"kin": "related_party", "next": "order_overlap"}
    assert all(gate["zh"] != gate["en"] for gate in gates.values())
    assert {label: street.act("min", f"of {label}", "assignment") for label in gates} == {
        label: gate["code"] for label, gate in gates.items()
    }
    assert street.act("min", "of further", "assignment") == ""


def test_what_both_speak_counts_in_both_directions_by_the_weight_of_the_district(street: OrdersHarness) -> None:
    street.person("min", roles=["volunteer"], speaks=["wu", "putonghua"], version=2)
    street.person("hua", roles=["volunteer"], speaks=["yue"], version=2)
    street.person("further", roles=["recipient"], home=FURTHER, speaks=["wu"], version=2)
    street.person("next", roles=["recipient"], home=NEAR, speaks=["wu", "yue"], version=2)
    street.policy({"match": {"language_weight": 60}}, version=2)

    listed = near(street)
    orders = dict(zip(labels(listed), listed["items"], strict=True))
    rows = street.call("GET", "coord", f"/v1/matches?order={named('of further')}").get_json()["items"]

    assert labels(near(street)) == ["further", "next"]
    assert reasons(orders["further"])["language"] == (60, 100, 60)
    assert reasons(orders["next"])["language"] == (60, 50, 30)
    by = {row["person_id"]: reasons(row)["language"] for row in rows}
    assert (by[str(named("min"))], by[str(named("hua"))]) == ((60, 100, 60), (60, 0, 0))
    words = {reason["reason"]: reason["en"] for reason in orders["further"]["reasons"]}
    assert words["language"] == "1 languages or dialects in common"


def test_of_whom_it_is_not_said_what_they_speak_nothing_is_counted(street: OrdersHarness) -> None:
    street.person("min", roles=["volunteer"], speaks=["wu"], version=2)

    (first, *_) = near(street)["items"]

    assert reasons(first)["language"] == (20, 0, 0)
    assert "It is not said what both speak" in {reason["en"] for reason in first["reasons"]}


def test_nobody_reads_here_that_they_are_not_wanted(street: OrdersHarness) -> None:
    street.place("coord", "before", recipient="next", start="D1 09:00")
    street.act("min", "before", "assignment")
    street.serve("before", by="min", start="D1 09:00", end="D1 10:01")
    said = street.call("POST", "next", f"/v1/not-wanted/{named('next')}", {"volunteer_id": str(named("min"))})
    assert outcome(said) == ""

    able, rest = near(street), near(street, query="show=barred")

    assert labels(able) == ["further"]
    assert (rest["items"], rest["barred"], able["barred"]) == ([], [], [])


def test_what_is_offered_is_listed_however_far(street: OrdersHarness) -> None:
    path = f"/v1/orders/{named('of far')}/offers"
    assert outcome(street.call("POST", "coord", path, {"to": str(named("min"))})) == ""

    answer = near(street)

    assert {label: row["offered"] for label, row in zip(labels(answer), answer["items"], strict=True)} == {
        "next": False,
        "further": False,
        "far": True,
    }


def test_who_lives_nowhere_sees_what_is_next_in_the_district(street: OrdersHarness) -> None:
    with street.database.transaction() as connection:
        connection.exec_driver_sql(
            "UPDATE person SET latitude_e6 = NULL, longitude_e6 = NULL, area_latitude_e6 = NULL, "
            "area_longitude_e6 = NULL WHERE person_id = %s",
            (named("min"),),
        )

    answer = near(street)

    assert labels(answer) == ["next", "further", "far"]
    assert {row["distance_m"] for row in answer["items"]} == {None}


def test_a_page_neither_repeats_nor_loses_an_order_though_the_volunteer_takes_one(street: OrdersHarness) -> None:
    for hour in (11, 13, 15):
        street.place("coord", f"at {hour}", recipient="next", start=f"D5 {hour}:00")
    whole = [row["order_id"] for row in near(street)["items"]]
    first = near(street, query="limit=2")
    assert street.act("min", "of next", "assignment") == ""

    seen, cursor = [row["order_id"] for row in first["items"]], first["next"]
    while cursor:
        page = near(street, query=f"limit=2&cursor={cursor}")
        seen, cursor = seen + [row["order_id"] for row in page["items"]], page["next"]

    assert len(whole) == 5
    assert seen == whole


def test_a_page_of_five_costs_what_a_page_of_one_does(street: OrdersHarness) -> None:
    for hour in (11, 13, 15):
        street.place("coord", f"at {hour}", recipient="next", start=f"D5 {hour}:00")
    for _ in range(PREPARED_AFTER):
        near(street, query="limit=5")

    def trips(limit: int) -> int:
        forget_read_policies()
        with counted_trips(street.database) as counted:
            near(street, query=f"limit={limit}")
        return counted[-1]

    assert trips(5) == trips(1)


def test_staff_ask_for_volunteers_of_their_units_and_nobody_for_others(street: OrdersHarness) -> None:
    mine = f"volunteer={named('min')}"

    answer = near(street, by="coord", query=mine)

    assert labels(answer) == ["next", "further"]
    for by, query in (
        ("coord_k2", mine),
        ("hua", mine),
        ("coord", ""),
        ("lan", ""),
        ("hua", f"volunteer={named('?')}"),
    ):
        assert outcome(street.call("GET", by, f"/v1/matches/orders?{query}")) == "not_authorised"


def test_who_is_suspended_is_shown_nothing(street: OrdersHarness) -> None:
    street.person("min", roles=["volunteer"], status="suspended", version=2)

    assert outcome(street.call("GET", "coord", f"/v1/matches/orders?volunteer={named('min')}")) == "person_suspended"


@pytest.mark.parametrize("query", ["cursor=x", "show=all", "within_m=0", "within_m=50001", "volunteer=x", "limit=0"])
def test_what_is_not_a_query_is_refused(world: OrdersHarness, query: str) -> None:
    assert world.call("GET", "min", f"/v1/matches/orders?{query}").status_code in (400, 422)
