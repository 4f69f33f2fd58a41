"""Who visits whom: assigned by a coordinator, for a time; what they find and cannot wait is an alarm."""

from __future__ import annotations

from typing import Any

import pytest

from libs.contracts.events import orders as wire
from services.orders.tests.harness import OrdersHarness, named, outcome
from services.orders.visits import store


@pytest.fixture
def listed(world: OrdersHarness) -> OrdersHarness:
    """Return a world with somebody at high risk and somebody at general risk on the list."""
    for label, risk in (("hi", "high"), ("ge", "general")):
        world.person(label, roles=["recipient"], visit_risk=risk, visit_listed_on="2026-03-02")
    return world


def assign(world: OrdersHarness, by: str, of: str, visitor: str | None) -> str:
    body = {"visitor_id": str(named(visitor)) if visitor else None}
    return outcome(world.call("POST", by, f"/v1/visit-plans/{named(of)}/visitor", body))


def visit(world: OrdersHarness, by: str, label: str, of: str, **said: Any) -> str:
    body = {"person_id": str(named(of)), "how": "door", "outcome": "seen"} | said
    return outcome(world.call("PUT", by, f"/v1/visits/{named(label)}", body))


def incidents(world: OrdersHarness) -> list[Any]:
    return [(incident.kind, incident.person_id) for incident in world.said(wire.IncidentOpened)]


def test_only_the_assigned_visitor_or_a_coordinator_records_a_visit(listed: OrdersHarness) -> None:
    before = visit(listed, "min", "v1", "hi")
    assigned = assign(listed, "coord", "hi", "min")

    answers = [visit(listed, who, f"v {who}", "hi") for who in ("min", "hua", "lan", "coord")]
    other = visit(listed, "min", "v2", "ge")

    assert (before, assigned) == ("not_authorised", "")
    assert answers == ["", "not_authorised", "not_authorised", ""]
    assert other == "not_authorised"


def test_whoever_takes_over_ends_what_the_one_before_may(listed: OrdersHarness) -> None:
    assign(listed, "coord", "hi", "min")
    assign(listed, "coord", "hi", "hua")
    taken_over = [visit(listed, who, f"v {who}", "hi") for who in ("min", "hua")]

    nobody = assign(listed, "coord", "hi", None)

    assert (taken_over, nobody) == (["not_authorised", ""], "")
    assert visit(listed, "hua", "v3", "hi") == "not_authorised"
    opened, ended = listed.said(wire.VisitorAssigned), listed.said(wire.VisitorReleased)
    assert [event.visitor_id for event in opened] == [str(named("min")), str(named("hua"))]
    assert [event.assignment_id for event in ended] == [event.assignment_id for event in opened]


def test_an_assignment_ends_after_half_a_year_unless_it_is_said_again(listed: OrdersHarness) -> None:
    assign(listed, "coord", "hi", "min")
    listed.set_time("D181 08:00")
    late = visit(listed, "min", "v1", "hi")
    mine = listed.call("GET", "min", "/v1/visit-plans/mine").get_json()["items"]

    again = assign(listed, "coord", "hi", "min")

    assert (late, mine, again, visit(listed, "min", "v2", "hi")) == ("not_authorised", [], "", "")


def test_who_may_not_assign_and_who_cannot_be_assigned(listed: OrdersHarness) -> None:
    listed.person("far", roles=["volunteer"], unit="k3")

    refused = [assign(listed, who, "hi", "min") for who in ("min", "lan", "audit", "coord_k2")]
    unfit = [assign(listed, "coord", "hi", who) for who in ("far", "lan", "hi", "none")]

    assert refused == ["not_authorised", "not_authorised", "not_authorised", "out_of_scope"]
    assert unfit == ["visitor_unfit"] * 4
    assert assign(listed, "coord", "lan", "min") == "not_on_visit_list"


def test_one_visitor_has_no_more_people_than_one_can_visit(
    listed: OrdersHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.orders.visits.usecases.PEOPLE_MAX", 1)

    answers = [assign(listed, "coord", of, "min") for of in ("hi", "ge")]

    assert answers == ["", "too_many_to_visit"]


def test_a_visitor_sees_whom_to_visit_by_when_and_not_their_risk(listed: OrdersHarness) -> None:
    assign(listed, "coord", "hi", "min")

    mine = listed.call("GET", "min", "/v1/visit-plans/mine").get_json()["items"]
    desk = listed.call("GET", "coord", f"/v1/visit-plans?unit={named('k1')}").get_json()["items"]

    assert [(row["person_id"], row["due_on"], "risk" in row) for row in mine] == [
        (str(named("hi")), "2026-03-09", False)
    ]
    assert {row["person_id"]: row["visitor_id"] for row in desk} == {
        str(named("hi")): str(named("min")),
        str(named("ge")): None,
    }
    assert listed.call("GET", "hua", "/v1/visit-plans/mine").get_json()["items"] == []


@pytest.mark.parametrize(
    ("of", "said", "alarms"),
    [
        ("ge", {"findings": ["health"]}, 1),
        ("ge", {"findings": ["safety", "home"]}, 1),
        ("ge", {"findings": ["hygiene"]}, 0),
        ("ge", {"outcome": "no_answer"}, 0),
        ("hi", {"outcome": "no_answer"}, 1),
        ("hi", {}, 0),
    ],
)
def test_what_cannot_wait_opens_an_alarm(listed: OrdersHarness, of: str, said: dict[str, Any], alarms: int) -> None:
    assign(listed, "coord", of, "min")

    assert visit(listed, "min", "v1", of, **said) == ""

    assert incidents(listed) == [("welfare_check", str(named(of)))] * alarms
    shown = listed.call("GET", "coord", f"/v1/visits/{named('v1')}").get_json()
    assert shown["findings"] == sorted(said.get("findings", []))


def test_whoever_was_not_seen_has_no_findings(listed: OrdersHarness) -> None:
    unseen = visit(listed, "coord", "v1", "hi", outcome="no_answer", findings=["home"])
    unknown = visit(listed, "coord", "v2", "hi", findings=["weather"])

    assert (unseen, unknown) == ("findings_unseen", "invalid_fields")


def test_nothing_that_was_found_of_somebody_is_left_and_nobody_visits_them(listed: OrdersHarness) -> None:
    assign(listed, "coord", "ge", "min")
    visit(listed, "min", "v1", "ge", findings=["home"])

    listed.forget("ge")

    with listed.database.reading() as connection:
        assert store.visitor_of(connection, named("ge")) is None
        kept = store.find_visit(connection, named("v1"))
        assert kept is not None
        assert kept["findings"] == []
