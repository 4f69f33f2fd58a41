"""Help every week: asked for once, made day by day, changed and ended."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from libs.contracts.events import accounts, orders as wire
from services.orders.tests.harness import DAY_ONE, OrdersHarness, at, named, outcome, said

TUESDAY = "2026-03-03"
"""D2."""


def day(text: str) -> str:
    """Return the date of "D9"."""
    return (DAY_ONE + timedelta(days=int(text[1:]) - 1)).isoformat()


def place(
    world: OrdersHarness, by: str = "lan", series: str = "s1", more: dict[str, Any] | None = None, **others: Any
) -> str:
    body = {
        "recipient_id": str(named(others.pop("recipient", "lan"))),
        "service": "B1",
        "funding": "credit",
        "weekdays": [2, 5],
        "time": "09:00",
        "minutes": 60,
        "from": day("D1"),
    }
    answer = world.call("PUT", by, f"/v1/series/{named(series)}", body | others | (more or {}))
    return str(outcome(answer))


def shown(world: OrdersHarness, series: str = "s1", by: str = "cadmin") -> dict[str, Any]:
    answer: dict[str, Any] = world.call("GET", by, f"/v1/series/{named(series)}").get_json()
    return answer


def days(world: OrdersHarness, *names: str, series: str = "s1") -> list[tuple[Any, ...]]:
    return [tuple(entry[name] for name in ("day", *names)) for entry in shown(world, series)["days"]]


def change(world: OrdersHarness, by: str, body: dict[str, Any], act: str = "change") -> Any:
    return world.call("POST", by, f"/v1/series/{named('s1')}/{act}", body)


def effects(answer: Any) -> dict[str, str]:
    return {entry["day"]: entry["effect"] for entry in answer.get_json()["days"]}


def order_of(world: OrdersHarness, text: str, series: str = "s1") -> str:
    return next(str(entry["order_id"]) for entry in shown(world, series)["days"] if entry["day"] == day(text))


def take(world: OrdersHarness, by: str, order_id: str) -> str:
    return str(outcome(world.call("POST", by, f"/v1/orders/{order_id}/assignment", {})))


def test_every_tuesday_and_friday_becomes_an_order_two_weeks_ahead(world: OrdersHarness) -> None:
    assert place(world) == ""

    world.set_time("D1 08:01")
    assert days(world, "state", "order_state")[:5] == [
        (day("D2"), "made", "published"),
        (day("D5"), "made", "published"),
        (day("D9"), "made", "published"),
        (day("D12"), "made", "published"),
        (day("D16"), "planned", None),
    ]
    due = world.said(wire.SeriesDayDue)
    assert [(entry.requested_by, entry.payer_id) for entry in due] == [(str(named("lan")), str(named("lan")))] * 4
    world.set_time("D2 09:00")
    assert shown(world)["next_day"] == day("D19")
    assert len({entry.order_id for entry in world.said(wire.SeriesDayDue)}) == 5


def test_a_series_until_a_day_is_over_by_itself(world: OrdersHarness) -> None:
    assert place(world, until=day("D9")) == ""

    world.set_time("D1 08:01")

    answer = shown(world)
    assert [entry["day"] for entry in answer["days"]] == [day("D2"), day("D5"), day("D9")]
    assert (answer["end_reason"], answer["next_day"]) == ("over", None)


def test_a_holiday_is_skipped(world: OrdersHarness) -> None:
    world.policy({"series": {"holidays": [day("D5")]}}, version=2)
    assert place(world) == ""

    world.set_time("D1 08:01")

    assert days(world, "state")[:3] == [(day("D2"), "made"), (day("D5"), "holiday"), (day("D9"), "made")]


def test_after_downtime_each_day_is_made_once_and_what_is_past_is_told(world: OrdersHarness) -> None:
    assert place(world) == ""
    world.set_time("D1 08:01")
    world.clock.instant = at("D21 08:00")

    world.set_time("D21 08:01")

    made = [entry.order_id for entry in world.said(wire.SeriesDayDue)]
    assert len(made) == len(set(made)) == 4 + 4
    notices = [entry for entry in world.said(wire.NoticeWanted) if entry.purpose == "visit_not_made"]
    assert [entry.start_at_us for entry in notices] == [
        int(at(f"{text} 09:00").timestamp()) * 1_000_000 for text in ("D16", "D19")
    ]
    with world.database.reading() as connection:
        states = {row.day: row.state for row in connection.exec_driver_sql("SELECT day, state FROM series_day")}
    assert [states[date.fromisoformat(day(text))] for text in ("D12", "D16", "D19", "D23", "D33")] == [
        "made", "missed", "missed", "made", "made",
    ]  # fmt: skip


def test_no_credit_is_told_and_stands_on_the_list_of_the_desk_until_a_day_is_made(world: OrdersHarness) -> None:
    world.refuse_days[at("D9 09:00")] = "insufficient_credit"
    assert place(world, weekdays=[2]) == ""

    world.set_time("D1 08:01")

    alarms = world.call("GET", "coord", f"/v1/series?unit={named('k1')}&alarm=yes").get_json()["items"]
    assert [(entry["series_id"], entry["alarm_code"]) for entry in alarms] == [
        (str(named("s1")), "insufficient_credit")
    ]
    assert days(world, "state", "code")[1] == (day("D9"), "refused", "insufficient_credit")
    assert [entry.purpose for entry in world.said(wire.NoticeWanted)] == ["visit_not_made"]
    world.set_time("D2 09:01")
    assert world.call("GET", "coord", f"/v1/series?unit={named('k1')}&alarm=yes").get_json()["items"] == []


def test_a_day_of_somebody_suspended_is_not_made(world: OrdersHarness) -> None:
    assert place(world, by="coord", funding="programme", weekdays=[2]) == ""
    world.set_time("D1 08:01")
    world.person("lan", roles=["recipient"], status="suspended", version=2)

    world.set_time("D2 09:01")

    assert shown(world)["alarm_code"] == "person_suspended"


def test_death_ends_a_series(world: OrdersHarness) -> None:
    assert place(world) == ""
    world.set_time("D1 08:01")

    died = accounts.PersonDied(person_id=str(named("lan")), died_on=day("D1"), district_id=str(named("d1")))
    world.hear(died, subject=died.person_id)
    world.set_time("D4 09:01")

    assert (shown(world)["end_reason"], shown(world)["alarm_code"]) == ("person_died", None)
    assert {state for _, state in days(world, "order_state")} == {"cancelled"}
    assert len(world.said(wire.SeriesDayDue)) == 4


def test_what_is_erased_ends_and_its_words_are_blanked(world: OrdersHarness) -> None:
    consent = {"acting_for": str(named("lan")), "consent": said(), "why": "no phone"}
    assert place(world, by="op", funding="pool", series="s0", more=consent) == "not_eligible_for_pool"
    assert place(world, by="op", funding="programme", more=consent) == ""

    world.forget("lan")

    with world.database.reading() as connection:
        row = connection.exec_driver_sql("SELECT end_reason, why, consent->>'words' FROM series").one()
    assert tuple(row) == ("person_gone", "", "")


def test_who_may_ask_for_a_series(world: OrdersHarness) -> None:
    world.person("nv", roles=["volunteer"])
    answers = {
        "a stranger": place(world, by="min"),
        "an operator in her own right": place(world, by="op"),
        "her coordinator": place(world, by="coord"),
        "the elder, from the programme": place(world, funding="programme", series="s2"),
        "an auditor": place(world, by="audit", series="s3"),
        "a payer who is nobody to her": place(world, by="nv", series="s4", payer_id=str(named("nv"))),
    }
    world.relate("lan", "child", "nv")
    answers["her daughter, who pays"] = place(world, by="nv", series="s6", payer_id=str(named("nv")))
    answers["her daughter, at her cost"] = place(
        world, by="nv", series="s5", acting_for=str(named("lan")), consent=said("grant"), why="mother"
    )

    assert answers == {
        "a stranger": "not_authorised",
        "an operator in her own right": "not_authorised",
        "her coordinator": "",
        "the elder, from the programme": "not_authorised",
        "an auditor": "not_authorised",
        "a payer who is nobody to her": "relation_not_verified",
        "her daughter, who pays": "",
        "her daughter, at her cost": "consent_missing",
    }


def test_the_rules_of_a_series(world: OrdersHarness) -> None:
    assert place(world, series="r1", more={"from": "2026-03-01"}) == "series_day"
    assert place(world, series="r2", until="2026-02-01") == "series_day"
    assert place(world, series="r3", until="2029-01-01") == "series_day"
    assert place(world, series="r4", until=TUESDAY, weekdays=[4]) == "series_day"
    assert place(world, series="r5", minutes=29) == "minutes_out_of_range"
    assert place(world, series="r6", service="Z9") == "service_not_found"
    assert place(world, series="r7", weekdays=[2, 2]) == "invalid_fields"
    for number in range(20):
        assert place(world, series=f"many-{number}", more={"from": "2026-06-01"}) == ""
    assert place(world) == "series_exceeded"


def test_a_relative_asks_under_a_grant_that_is_looked_at_every_day(world: OrdersHarness) -> None:
    world.person("nv", roles=[])
    world.relate("lan", "child", "nv")
    world.grant("lan", "nv", "ask", "see", minutes=150)
    acting = {"acting_for": str(named("lan")), "consent": said("grant"), "why": "mother"}
    assert place(world, by="nv", weekdays=[2], more=acting) == ""
    world.set_time("D1 08:01")
    assert [
        entry["series_id"] for entry in world.call("GET", "nv", f"/v1/series?person={named('lan')}").get_json()["items"]
    ]

    world.set_time("D2 09:01")
    assert days(world, "state", "code")[2] == (day("D16"), "refused", "grant_minutes_exceeded")
    world.grant("lan", "nv", ended=True)
    world.set_time("D9 09:01")
    assert shown(world)["alarm_code"] == "consent_missing"
    acts = [(entry.act, entry.minutes) for entry in world.said(wire.ActedFor)]
    assert acts == [("ask", 0), ("ask", 60), ("ask", 60)]


def test_another_time_from_a_day_on_leaves_what_somebody_has_taken(world: OrdersHarness) -> None:
    assert place(world) == ""
    world.set_time("D1 08:01")
    assert take(world, "min", order_of(world, "D9")) == ""
    before = shown(world)

    wish = {"from": day("D5"), "time": "14:00", "weekdays": [2, 3]}
    preview = change(world, "lan", wish, act="preview")

    assert {text: effects(preview).get(day(text)) for text in ("D2", "D3", "D5", "D9", "D10", "D12", "D16", "D17")} == {
        "D2": None, "D3": None, "D5": "cancelled", "D9": "taken", "D10": "added", "D12": "cancelled",
        "D16": "changed", "D17": "added",
    }  # fmt: skip
    assert shown(world) == before
    assert outcome(change(world, "lan", wish)) == ""
    world.set_time("D2 08:01")
    assert days(world, "time", "state", "order_state")[:5] == [
        (day("D2"), "09:00", "made", "published"),
        (day("D9"), "09:00", "made", "taken"),
        (day("D10"), "14:00", "made", "published"),
        (day("D16"), "14:00", "planned", None),
        (day("D17"), "14:00", "planned", None),
    ]


def test_one_day_is_changed_or_called_off_alone(world: OrdersHarness) -> None:
    assert place(world) == ""
    world.set_time("D1 08:01")
    first = order_of(world, "D5")

    assert outcome(change(world, "lan", {"from": day("D5"), "one_day": True, "time": "10:30"})) == ""
    assert outcome(change(world, "coord", {"from": day("D16"), "one_day": True, "minutes": 90})) == ""
    assert outcome(change(world, "lan", {"from": day("D9"), "one_day": True, "cancel": True})) == ""
    assert outcome(change(world, "lan", {"from": day("D10"), "one_day": True, "cancel": True})) == "series_day"

    assert days(world, "time", "minutes", "state")[:4] == [
        (day("D2"), "09:00", 60, "made"),
        (day("D5"), "10:30", 60, "made"),
        (day("D12"), "09:00", 60, "made"),
        (day("D16"), "09:00", 90, "planned"),
    ]
    assert world.call("GET", "coord", f"/v1/orders/{first}").get_json()["state"] == "cancelled"
    world.set_time("D3 08:00")
    order = world.call("GET", "coord", f"/v1/orders/{order_of(world, 'D16')}").get_json()
    assert order["minutes"] == 90


def test_called_off_from_a_day_on_also_for_who_has_taken_it(world: OrdersHarness) -> None:
    assert place(world) == ""
    world.set_time("D1 08:01")
    assert take(world, "min", order_of(world, "D9")) == ""

    wish = {"from": day("D5"), "cancel": True}
    assert set(effects(change(world, "lan", wish, act="preview")).values()) == {"cancelled"}
    assert outcome(change(world, "min", wish)) == "not_authorised"
    assert outcome(change(world, "lan", wish)) == ""

    assert days(world, "order_state") == [(day("D2"), "published")]
    assert shown(world)["end_reason"] == "cancelled"
    assert [entry.purpose for entry in world.said(wire.NoticeWanted)] == ["visit_taken", "visit_cancelled"]
    assert outcome(change(world, "lan", wish)) == "series_ended"


def test_who_sees_a_series(world: OrdersHarness) -> None:
    assert place(world) == ""

    assert shown(world, by="lan")["series_id"] == str(named("s1"))
    assert shown(world, by="mei")["code"] == "series_not_found"
    assert shown(world, by="coord_k2")["code"] == "series_not_found"
    assert world.call("GET", "lan", "/v1/series").get_json()["items"][0]["alarm_code"] is None
    assert outcome(world.call("GET", "mei", f"/v1/series?person={named('lan')}")) == "not_authorised"
    assert outcome(world.call("GET", "lan", f"/v1/series?unit={named('k1')}")) == "not_authorised"


def test_a_day_is_offered_first_to_who_served_the_last(world: OrdersHarness) -> None:
    assert place(world, weekdays=[2]) == ""
    world.set_time("D1 08:01")
    order_id = order_of(world, "D2")
    assert take(world, "min", order_id) == ""
    world.set_time("D2 09:00")
    code = world.call("GET", "lan", f"/v1/orders/{order_id}/door-code").get_json()["code"]
    assert outcome(world.call("POST", "min", f"/v1/orders/{order_id}/check-in", {"code": code})) == ""
    world.set_time("D2 10:00")
    assert outcome(world.call("POST", "min", f"/v1/orders/{order_id}/check-out", {})) == ""

    world.set_time("D9 09:00")

    order = world.call("GET", "coord", f"/v1/orders/{order_of(world, 'D23')}").get_json()
    assert (order["state"], order["offered_to"]) == ("published", str(named("min")))


def serve(world: OrdersHarness, by: str, text: str) -> list[str]:
    """Serve entry hour of a day of the series; return the flags."""
    order_id = order_of(world, text)
    world.set_time(f"{text} 09:00")
    code = world.call("GET", "lan", f"/v1/orders/{order_id}/door-code").get_json()["code"]
    assert outcome(world.call("POST", by, f"/v1/orders/{order_id}/check-in", {"code": code})) == ""
    world.set_time(f"{text} 10:01")
    assert outcome(world.call("POST", by, f"/v1/orders/{order_id}/check-out", {})) == ""
    flags: list[str] = world.call("GET", "cadmin", f"/v1/orders/{order_id}").get_json()["flags"]
    return flags


def approve(world: OrdersHarness, by: str) -> str:
    return str(outcome(world.call("POST", by, f"/v1/series/{named('s1')}/approval", {})))


def test_a_pair_inside_an_approved_series_is_not_frequent(world: OrdersHarness) -> None:
    world.policy({"flag": {"pair_max_per_30_days": 1}}, version=2)
    assert place(world) == ""
    world.set_time("D1 08:01")
    for text in ("D2", "D5", "D9", "D12"):
        assert take(world, "min", order_of(world, text)) == ""
    assert serve(world, "min", "D2") == []
    assert serve(world, "min", "D5") == ["frequent_pair"]

    assert [approve(world, who) for who in ("lan", "op", "coord_k2", "coord")] == [
        "not_authorised", "not_authorised", "out_of_scope", "",
    ]  # fmt: skip

    assert serve(world, "min", "D9") == []
    assert approve(world, "coord") == "series_approved"
    world.place("coord", "o1", recipient="lan", start="D10 09:00")
    assert world.act("min", "o1", "assignment") == ""
    world.serve("o1", by="min", start="D10 09:00", end="D10 10:01")
    assert world.order("o1")["flags"] == []
    world.place("coord", "o2", recipient="lan", start="D11 09:00")
    assert world.act("min", "o2", "assignment") == ""
    world.serve("o2", by="min", start="D11 09:00", end="D11 10:01")
    assert world.order("o2")["flags"] == ["frequent_pair"]


def test_who_asked_for_a_series_does_not_approve_it(world: OrdersHarness) -> None:
    assert place(world, by="coord") == ""

    assert approve(world, "coord") == "series_of_own"


def test_the_family_of_who_receives_a_series_does_not_approve_it(world: OrdersHarness) -> None:
    assert place(world) == ""
    world.relate("lan", "child", "coord")

    assert approve(world, "coord") == "series_of_own"


@pytest.mark.parametrize("volunteers_family", [False, True])
def test_what_the_volunteers_family_approved_takes_no_flag_away(
    world: OrdersHarness, *, volunteers_family: bool
) -> None:
    world.policy({"flag": {"pair_max_per_30_days": 1}}, version=2)
    assert place(world) == ""
    world.set_time("D1 08:01")
    for text in ("D2", "D5"):
        assert take(world, "min", order_of(world, text)) == ""
    if volunteers_family:
        world.relate("min", "child", "coord")
    assert approve(world, "coord") == ""

    assert serve(world, "min", "D2") == []
    assert serve(world, "min", "D5") == (["frequent_pair"] if volunteers_family else [])
