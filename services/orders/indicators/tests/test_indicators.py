"""The figures of a month, and the rows that each of them counts."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from services.orders.indicators import store
from services.orders.indicators.rules import INDICATORS, RULES_VERSION, Sum, percentile
from services.orders.tests.harness import OrdersHarness, named

MARCH, APRIL = "2026-03", "2026-04"


def figures(world: OrdersHarness, unit: str = "city", month: str = MARCH, **more: Any) -> list[dict[str, Any]]:
    query = "".join(f"&{name}={value}" for name, value in more.items())
    answer = world.call("GET", "cadmin", f"/v1/indicators?unit={named(unit)}&month={month}{query}").get_json()
    rows: list[dict[str, Any]] = answer["items"]
    return rows


def values(world: OrdersHarness, unit: str = "city", month: str = MARCH) -> dict[str, Any]:
    (row,) = figures(world, unit, month)
    return {figure["indicator"]: figure["value"] for figure in row["figures"]}


def rows(world: OrdersHarness, indicator: str, unit: str = "city", month: str = MARCH) -> list[dict[str, Any]]:
    path = f"/v1/indicators/rows?unit={named(unit)}&month={month}&indicator={indicator}&limit=2"
    listed: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = world.call("GET", "cadmin", path + (f"&cursor={cursor}" if cursor else "")).get_json()
        listed, cursor = listed + page["items"], page["next"]
    return listed


def help_once(world: OrdersHarness, order: str, recipient: str, by: str, start: str, *, late: bool = False) -> None:
    """Let somebody be helped for two hours: taken ten minutes after it was asked for, rated with four stars."""
    day, _, hour = start.partition(" ")
    world.set_time(f"D{int(day[1:]) - 1} 12:00")
    k2 = "_k2" if recipient == "gao" else ""
    assert world.place("coord" + k2, order, recipient=recipient, start=start, minutes=120) == ""
    world.set_time(f"D{int(day[1:]) - 1} 12:10")
    assert world.act(by, order, "assignment") == ""
    minute = ":31" if late else ":00"
    world.serve(order, by=by, start=f"{day} {hour[:2]}{minute}", end=f"{day} {int(hour[:2]) + 2}{minute}")
    assert world.act(recipient, order, "confirmation", {"rating": 4}) == ""
    assert world.act("coord_b" + k2, order, "approval") == ""
    if late:
        assert world.act("check", order, "second-check", {"ok": True}) == ""


def busy_march(world: OrdersHarness) -> None:
    """Three services in two communities, one at night, one of them taken back, and an order that nobody takes."""
    world.person("coord_b_k2", roles=["coordinator@k2"], unit="k2")
    world.person("gao", roles=["recipient"], unit="k2")
    world.person("far", roles=["volunteer"], unit="k2")
    help_once(world, "o1", "lan", "min", "D3 09:00")
    help_once(world, "o2", "lan", "min", "D5 20:00", late=True)
    help_once(world, "o3", "gao", "far", "D7 09:00")
    assert world.place("coord", "o4", recipient="mei", start="D9 09:00", service="A1") == ""
    world.set_time("D9 10:00")
    reverse(world, "o2")


def reverse(world: OrdersHarness, order: str) -> None:
    path = f"/v1/orders/{named(order)}/reversal/{named('reversal/' + order)}"
    assert world.call("PUT", "coord", path, {"why": "false_hours"}).status_code == 201
    assert world.call("POST", "check", f"{path}/decision", {"ok": True}).status_code == 200


def test_every_number_opens_into_as_many_rows_as_it_counts(world: OrdersHarness) -> None:
    busy_march(world)

    counted: dict[str, int] = {}
    for unit in ("city", "d1", "s1", "k1", "k2"):
        (month,) = figures(world, unit)
        assert [figure["indicator"] for figure in month["figures"]] == list(INDICATORS)
        for figure in month["figures"]:
            listed = rows(world, figure["indicator"], unit)
            assert len(listed) == figure["rows"], (unit, figure)
            counted[figure["indicator"]] = counted.get(figure["indicator"], 0) + figure["rows"]

    never_here = {"disputes", "offline_share", "purchased", "meals", "errands", "visitors", "meals_given"}
    never_here |= {f"referred_{way}" for way in ("market", "purchased")}
    never_here |= {f"market_{outcome}" for outcome in ("served", "not_served", "withdrawn", "unknown")}
    assert {indicator for indicator, count in counted.items() if not count} == never_here


def test_the_figures_of_a_month(world: OrdersHarness) -> None:
    busy_march(world)

    city, here = values(world), values(world, "k1")

    assert (city["services"], city["hours"], city["elders"], city["hours_each"]) == (3, 360, 2, 180)
    assert (city["fill_rate"], city["no_taker"], city["time_to_take_median"], city["time_to_take_p90"]) == (
        75,
        1,
        10,
        10,
    )
    assert (city["satisfaction"], city["night_share"], city["volunteers"], city["reversals"]) == (400, 33, 2, 1)
    assert (here["services"], here["fill_rate"], here["night_share"]) == (2, 66, 50)
    assert values(world, "d2")["satisfaction"] is None
    (asked,) = rows(world, "no_taker")
    assert (asked["order_id"], asked["service"], asked["kind"]) == (str(named("o4")), "A1", "untaken")
    assert {row["person_id"] for row in rows(world, "volunteers", "k2")} == {str(named("far"))}


def test_a_month_that_is_over_stays_as_it_was(world: OrdersHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "UNITS_AT_ONCE", 1)
    busy_march(world)
    units = ("city", "d1", "k1", "k2")
    before = {unit: values(world, unit) for unit in units}

    world.set_time("D31 00:00")  # The first of April.
    reverse(world, "o1")

    assert {unit: values(world, unit) for unit in units} == before
    assert kept_rows(world) > 0
    assert values(world, "k1", APRIL)["reversals"] == 1
    assert [figure["rows"] for figure in figures(world)[0]["figures"]] == [
        len(rows(world, indicator)) for indicator in INDICATORS
    ]
    (over,) = figures(world)
    assert (over["is_over"], over["rules_version"]) == (True, RULES_VERSION)
    assert figures(world, month=APRIL)[0]["is_over"] is False


def kept_rows(world: OrdersHarness) -> int:
    with world.database.reading() as connection:
        return int(connection.execute(sa.text("SELECT count(*) FROM counted_sum")).scalar_one())


def test_what_is_told_late_of_a_month_that_is_over_counts_in_the_next(world: OrdersHarness) -> None:
    world.set_time("D29 12:00")
    world.place("coord", "o1", recipient="lan", start="D30 09:00")
    world.set_time("D31 09:00")
    with world.database.transaction() as connection:
        connection.execute(sa.text("UPDATE counting SET upto = '2026-05-01 00:00+08'"))

    world.place("coord", "o2", recipient="lan", start="D32 09:00")
    world.act("min", "o2", "assignment")

    assert values(world, month=APRIL)["fill_rate"] is None
    assert [row["order_id"] for row in rows(world, "fill_rate", month="2026-05")] == [str(named("o2"))]


def test_volunteers_are_registered_trained_and_insured_as_they_were_when_the_month_ended(world: OrdersHarness) -> None:
    busy_march(world)
    world.person("new", roles=["volunteer"], unit="k2", training=False, insured_until="")
    world.person("gone", roles=["volunteer"], status="deceased")
    now = values(world)
    names = ("volunteers_registered", "volunteers_trained", "volunteers_insured")
    listed = {name: {row["person_id"] for row in rows(world, name)} for name in names}

    world.set_time("D31 00:00")  # The first of April.
    world.person("new", roles=["volunteer"], unit="k2", version=2)

    assert [now[name] for name in names] == [len(listed[name]) for name in names] == [4, 3, 3]
    assert listed["volunteers_registered"] == {str(named(label)) for label in ("min", "hua", "far", "new")}
    assert {name: {row["person_id"] for row in rows(world, name)} for name in names} == listed
    assert [values(world)[name] for name in names] == [4, 3, 3]
    assert values(world, month=APRIL)["volunteers_trained"] == 4
    assert rows(world, "volunteers_trained", month=APRIL)[0]["marks"] == ["insured", "trained"]


def test_months_and_the_units_below_come_in_one_answer(world: OrdersHarness) -> None:
    busy_march(world)
    world.set_time("D31 09:00")

    months = figures(world, month=APRIL, months=3)
    below = figures(world, "d1", below="yes")

    assert [row["month"] for row in months] == ["2026-02", MARCH, APRIL]
    services = [next(f["value"] for f in row["figures"] if f["indicator"] == "services") for row in months]
    assert services == [0, 3, 0]
    assert [(row["unit_id"], row["unit_name"]) for row in below] == [
        (str(named(unit)), f"{unit} 社区") for unit in ("d1", "s1")
    ]


def test_figures_and_their_rows_are_for_staff_of_the_unit(world: OrdersHarness) -> None:
    paths = [
        f"/v1/indicators?unit={named('k1')}",
        f"/v1/indicators/rows?unit={named('k1')}&month=2026-03&indicator=hours",
    ]

    answers = {
        by: [world.call("GET", by, path).status_code for path in paths]
        for by in ("coord", "check", "admin", "audit", "coord_k2", "lan")
    }

    allowed = {by for by, codes in answers.items() if codes == [200, 200]}
    assert allowed == {"coord", "check", "admin", "audit"}
    assert answers["coord_k2"] == answers["lan"] == [403, 403]


def test_a_percentile_is_the_least_time_up_to_which_so_many_lie() -> None:
    waited = [Sum("taken", "", (), minutes, rows, 0, 0) for minutes, rows in ((90, 1), (5, 8), (10, 1))]

    assert [percentile(waited, percent) for percent in (50, 80, 90, 100)] == [5, 5, 10, 90]
    assert percentile([], 50) is None
