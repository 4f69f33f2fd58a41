"""Care visits, counted and planned."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from libs.contracts.events import orders as wire
from services.orders.tests.harness import OrdersHarness, named, outcome


def put(world: OrdersHarness, by: str, path: str, body: dict[str, Any]) -> str:
    return outcome(world.call("PUT", by, path, body))


def visited(world: OrdersHarness, by: str, label: str, of: str, result: str = "seen") -> str:
    body = {"person_id": str(named(of)), "how": "door", "outcome": result}
    return put(world, by, f"/v1/visits/{named(label)}", body)


def test_of_whoever_is_erased_nobody_reads_the_risk_group_and_the_month_counts_as_before(world: OrdersHarness) -> None:
    world.set_time("D1 08:00")
    for label, risk in (("hi", "high"), ("ke", "key"), ("ge", "general"), ("stays", "key")):
        world.person(label, roles=["recipient"], visit_risk=risk, visit_listed_on="2026-03-02")
    world.set_time("D5 10:00")
    assert visited(world, "coord", "v1", "hi") == ""
    world.set_time("D32 09:00")
    before, listed = rate(world, month="2026-03"), rows(world, "2026-03")

    for label in ("hi", "ke", "ge"):
        world.forget(label)

    after = rate(world, month="2026-03")
    assert [after[name] for name in ("listed", "visited", "rate_percent")] == [3, 1, 33]
    assert [after[name] for name in ("listed", "visited", "rate_percent")] == [
        before[name] for name in ("listed", "visited", "rate_percent")
    ]
    assert rows(world, "2026-03") == listed
    with world.database.reading() as connection:
        kept = connection.execute(sa.text("SELECT person_id, risk FROM visit_listing")).all()
    assert {row.person_id: row.risk for row in kept} == {
        named("hi"): "monthly",
        named("ke"): "monthly",
        named("ge"): "seldom",
        named("stays"): "key",
    }
    path = f"/v1/indicators/visits/rows?unit={named('k1')}&month=2026-03"
    shown = world.call("GET", "coord", path).get_json()["items"]
    assert sorted(str(row["risk"]) for row in shown) == ["None", "None", "key"]


def rate(world: OrdersHarness, unit: str = "k1", month: str = "") -> dict[str, Any]:
    query = f"unit={named(unit)}" + (f"&month={month}" if month else "")
    found: dict[str, Any] = world.call("GET", "cadmin", f"/v1/indicators/visits?{query}").get_json()
    return found


def test_visits_are_counted_once_a_person_and_overdue_by_day(world: OrdersHarness) -> None:
    for label, risk in (("hi", "high"), ("ke", "key"), ("ge", "general")):
        world.person(label, roles=["recipient"], visit_risk=risk, visit_listed_on="2026-03-02")
    world.person("far", roles=["volunteer"], unit="k3")
    world.set_time("D8 23:59")
    before = rate(world)["overdue"]
    world.set_time("D9 00:00")
    late = rate(world)["overdue"]

    answers = [
        visited(world, "far", "v0", "hi"),
        visited(world, "lan", "v1", "hi"),
        visited(world, "min", "v2", "hi"),
        visited(world, "coord", "v3", "hi", "no_answer"),
        visited(world, "coord", "v4", "hi"),
        visited(world, "coord", "v5", "ge"),
    ]
    shown = rate(world)

    assert (before, late) == ([], [str(named("hi"))])
    assert answers == ["not_authorised", "not_authorised", "not_authorised", "", "", ""]
    assert (shown["month"], shown["listed"], shown["visited"], shown["rate_percent"]) == ("2026-03", 2, 1, 50)
    assert shown["overdue"] == []
    assert rate(world, month="2026-04")["visited"] == 0
    assert len(world.said(wire.VisitRecorded)) == 2


def test_one_answer_shows_the_rate_of_every_district_in_the_unit(world: OrdersHarness) -> None:
    for label, unit in (("hi", "k1"), ("ke", "k1"), ("far", "k3")):
        world.person(label, roles=["recipient"], unit=unit, visit_risk="high", visit_listed_on="2026-03-02")
    world.set_time("D9 09:00")
    visited(world, "coord", "v1", "hi")

    shown = rate(world, unit="city")

    rows = {row["unit_id"]: (row["listed"], row["visited"], row["rate_percent"]) for row in shown["districts"]}
    late = {row["unit_id"]: row["overdue_count"] for row in shown["districts"]}
    assert rows == {str(named("d1")): (2, 1, 50), str(named("d2")): (1, 0, 0)}
    assert late == {str(named("d1")): 1, str(named("d2")): 1}
    assert (shown["listed"], sum(late.values())) == (3, len(shown["overdue"]))
    assert [row["unit_id"] for row in rate(world, unit="d2")["districts"]] == [str(named("d2"))]
    assert rate(world)["districts"] == []
    nosy = world.call("GET", "coord", f"/v1/indicators/visits?unit={named('city')}")
    assert nosy.status_code == 403


def test_the_visit_plan_says_who_is_due_first(world: OrdersHarness) -> None:
    for label, risk in (("ke", "key"), ("hi", "high")):
        world.person(label, roles=["recipient"], visit_risk=risk, visit_listed_on="2026-03-02")
    world.set_time("D3 09:00")
    visited(world, "coord", "v1", "hi")
    world.set_time("D20 09:00")

    rows = world.call("GET", "coord", f"/v1/visit-plans?unit={named('k1')}").get_json()["items"]

    shown = [(row["person_id"], row["last_seen_on"], row["due_on"], row["is_overdue"]) for row in rows]
    assert shown == [
        (str(named("hi")), "2026-03-04", "2026-03-11", True),
        (str(named("ke")), None, "2026-04-01", False),
    ]
    assert world.call("GET", "coord_k2", f"/v1/visit-plans?unit={named('k1')}").status_code == 403
    first = world.call("GET", "coord", f"/v1/visit-plans?unit={named('k1')}&limit=1").get_json()
    path = f"/v1/visit-plans?unit={named('k1')}&limit=1&cursor={first['next']}"
    second = world.call("GET", "coord", path).get_json()
    assert [*first["items"], *second["items"]] == rows
    assert second["next"] is None


def test_a_settled_visit_order_is_a_visit_until_it_is_reversed(world: OrdersHarness) -> None:
    world.person("ke", roles=["recipient"], visit_risk="key", visit_listed_on="2026-03-02")
    world.place("coord", "o1", recipient="ke", start="D2 09:00", service="B3", minutes=30)
    world.act("min", "o1", "assignment")
    world.serve("o1", by="min", start="D2 09:00", end="D2 09:31")
    world.act("ke", "o1", "confirmation")
    before = rate(world)["visited"]
    world.act("coord_b", "o1", "approval")
    counted = rate(world)["visited"]
    path = f"/v1/orders/{named('o1')}/reversal/{named('v')}"
    put(world, "coord", path, {"why": "false_hours"})
    world.call("POST", "check", f"{path}/decision", {"ok": True})

    assert (before, counted, rate(world)["visited"]) == (0, 1, 0)


def rows(world: OrdersHarness, month: str, seen: str = "") -> set[str]:
    query = f"unit={named('k1')}&month={month}" + (f"&seen={seen}" if seen else "")
    page = world.call("GET", "coord", f"/v1/indicators/visits/rows?{query}").get_json()
    return {row["person_id"] for row in page["items"]}


def test_the_rate_of_a_month_that_is_over_is_of_who_was_on_the_list_then(world: OrdersHarness) -> None:
    for label, risk in (("hi", "high"), ("ke", "key"), ("dead", "key"), ("moved", "key")):
        world.person(label, roles=["recipient"], visit_risk=risk, visit_listed_on="2026-03-02")
    world.set_time("D9 09:00")
    visited(world, "coord", "v1", "hi")
    visited(world, "coord", "v2", "dead")
    world.set_time("D20 09:00")
    world.person("dead", roles=["recipient"], status="deceased", visit_risk="key", visit_listed_on="2026-03-02")
    world.set_time("D30 23:59")
    before = rate(world)

    world.set_time("D35 09:00")
    world.person("hi", roles=["recipient"], visit_risk="general", visit_listed_on="2026-03-02", version=2)
    world.person("moved", roles=["recipient"], unit="k3", visit_risk="key", visit_listed_on="2026-03-02", version=2)
    world.person("new", roles=["recipient"], visit_risk="high", visit_listed_on="2026-03-02")

    after, april = rate(world, month="2026-03"), rate(world, month="2026-04")
    assert (before["listed"], before["visited"], before["rate_percent"]) == (3, 1, 33)
    assert [after[name] for name in ("listed", "visited", "rate_percent")] == [3, 1, 33]
    assert (april["listed"], april["visited"]) == (2, 0)
    assert rows(world, "2026-03") == {str(named(label)) for label in ("hi", "ke", "moved")}
    assert rows(world, "2026-03", "yes") == {str(named("hi"))}
    assert rows(world, "2026-03", "no") == {str(named(label)) for label in ("ke", "moved")}
    assert rows(world, "2026-04") == {str(named(label)) for label in ("ke", "new")}
    nosy = world.call("GET", "coord_k2", f"/v1/indicators/visits/rows?unit={named('k1')}")
    assert nosy.status_code == 403


def test_what_is_taken_back_ten_days_after_a_month_changes_its_rate_no_more(world: OrdersHarness) -> None:
    for label in ("soon", "late"):
        world.person(label, roles=["recipient"], visit_risk="key", visit_listed_on="2026-03-02")
    for day, label in ((2, "soon"), (3, "late")):
        world.place("coord", f"o{label}", recipient=label, start=f"D{day} 09:00", service="B3", minutes=30)
        world.act("min", f"o{label}", "assignment")
        world.serve(f"o{label}", by="min", start=f"D{day} 09:00", end=f"D{day} 09:31")
        world.act(label, f"o{label}", "confirmation")
        world.act("coord_b", f"o{label}", "approval")
    shown = []
    for day, label in ((33, "soon"), (41, "late")):
        world.set_time(f"D{day} 09:00")
        path = f"/v1/orders/{named(f'o{label}')}/reversal/{named(f'r{label}')}"
        put(world, "coord", path, {"why": "false_hours"})
        assert world.call("POST", "check", f"{path}/decision", {"ok": True}).status_code == 200
        shown.append(rate(world, month="2026-03")["visited"])

    assert shown == [1, 1]
