"""Every rule of asking; each refusal is kept, told to orders as declined, and answered with its code."""

from typing import Any

import pytest

from libs.contracts.events import redemption as own
from services.redemption.tests.support import Bench, said


@pytest.fixture
def people(bench: Bench) -> Bench:
    """Lan, 76, and her relatives."""
    bench.person("lan", "recipient")
    bench.person("son", age=45)
    bench.person("sister", age=70)
    bench.person("pal", age=70)
    for label, kind, back in (
        ("son", "child", "parent"),
        ("sister", "sibling", "sibling"),
        ("pal", "friend", "friend"),
    ):
        bench.relate("lan", kind, label)
        bench.relate(label, back, "lan")
    return bench


def refused(bench: Bench, by: str, code: str, **terms: Any) -> None:
    """Ask, and see the refusal answered, kept and told."""
    before = bench.counts()["RedemptionRequested"]
    answer = bench.ask("no", by, **terms)
    assert (answer.status_code, answer.get_json()["code"]) == (422, code)
    assert bench.show("no", by)["state"] == "declined"
    events = bench.published(own.RedemptionRequested)
    assert [event.declined_code for event in events[before:]] == [code]
    assert bench.ask("no", by, **terms).get_json()["code"] == code
    assert bench.counts()["RedemptionRequested"] == before + 1


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"minutes": 29}, "minutes_out_of_range"),
        ({"minutes": 241}, "minutes_out_of_range"),
        ({"service": "B3"}, "funding_not_allowed"),
        ({"start": "D1 07:59"}, "start_in_past"),
    ],
)
def test_the_service_bars(people: Bench, terms: dict[str, Any], code: str) -> None:
    refused(people, "lan", code, **terms)


def test_help_may_begin_this_minute(people: Bench) -> None:
    assert people.ask("r1", "lan", start="D1 08:00").status_code == 202


def test_a_service_that_does_not_exist_is_refused_without_an_event(people: Bench) -> None:
    answer = people.ask("no", "lan", service="Z9")

    assert (answer.status_code, answer.get_json()["code"]) == (422, "service_not_found")
    assert people.counts() == {}


@pytest.mark.parametrize(("age", "start", "passes"), [(59, "D2 09:00", False), (60, "D1 09:00", True)])
def test_the_age_counts_on_the_day_of_service(people: Bench, age: int, start: str, passes: bool) -> None:
    people.person("ju", "recipient", age=age)

    if passes:
        assert people.ask("r1", "ju", start=start).status_code == 202
    else:
        refused(people, "ju", "recipient_too_young", start=start)


@pytest.mark.parametrize(
    ("age", "hardship", "passes"),
    [(64, [], False), (65, [], True), (60, ["dibao"], True), (59, ["dibao"], False)],
)
def test_hardship_has_an_age_of_its_own(bench: Bench, age: int, hardship: list[str], passes: bool) -> None:
    bench.publish_policy("d1", 2, bench.clock.now().date(), redeem={"min_age": 65, "hardship_age": 60})
    bench.person("ju", "recipient", age=age, hardship=hardship)

    answer = bench.ask("r1", "ju")

    assert answer.status_code == (202 if passes else 422)


@pytest.mark.parametrize(("grade", "passes"), [("mild", True), ("moderate", False), ("total", False)])
def test_the_ability_grade_bars_volunteers_from_bathing(people: Bench, grade: str, passes: bool) -> None:
    people.person("ju", "recipient", grade=grade)

    if passes:
        assert people.ask("r1", "ju", service="A3").status_code == 202
        assert people.show("r1", "ju")["price_minutes"] == 120
    else:
        refused(people, "ju", "grade_outside_limits", service="A3")


@pytest.mark.parametrize("payer", ["sister", "pal"])
def test_only_relations_that_the_policy_names_may_pay(people: Bench, payer: str) -> None:
    refused(people, payer, "relative_not_allowed", recipient="lan", payer=payer)


def test_where_friends_may_pay_they_may(people: Bench) -> None:
    people.publish_policy("d1", 2, people.clock.now().date(), redeem={"for_relatives": "relatives_and_friends"})

    assert people.ask("r1", "pal", recipient="lan", payer="pal").status_code == 202


def test_a_payer_serves_first_where_the_policy_asks_for_it(people: Bench) -> None:
    people.publish_policy("d1", 2, people.clock.now().date(), redeem={"min_hours_served": 100})
    people.serve("lan", 5999)
    refused(people, "lan", "min_hours_not_served")

    people.serve("lan", 1)

    assert people.ask("r1", "lan").status_code == 202


def test_a_week_holds_so_much_credit_funded_help_and_no_more(people: Bench) -> None:
    assert people.ask("r1", "lan", minutes=180, start="D2 09:00").status_code == 202
    refused(people, "lan", "weekly_limit_exceeded", minutes=61, start="D7 09:00")

    assert people.ask("r2", "lan", minutes=60, start="D7 09:00").status_code == 202
    assert people.ask("r3", "lan", minutes=240, start="D8 09:00").status_code == 202
    by_son = people.ask("r4", "son", recipient="lan", payer="son", minutes=30, start="D3 09:00")
    assert by_son.get_json()["code"] == "weekly_limit_exceeded"


def test_nothing_new_is_asked_for_a_person_who_has_died(people: Bench) -> None:
    people.person("op", "operator@d1", age=40)
    people.person("lan", "recipient", status="deceased")
    acting = {"acting_for": str(people.id_of("lan")), "consent": said("none_possible"), "why": "by mistake"}

    answer = people.ask("r1", "op", recipient="lan", **acting | {"acting_for": "lan"})

    assert (answer.status_code, answer.get_json()["code"]) == (422, "wallet_frozen")
    assert people.asked() == {"RedemptionRequested": 1}


def test_the_price_follows_the_policys_coefficient_of_that_day(people: Bench) -> None:
    people.publish_policy("d1", 2, people.clock.now().date(), coef={"table": {"B1": 150}})

    people.ask("r1", "lan", minutes=61)

    shown = people.show("r1", "lan")
    assert (shown["price_minutes"], shown["coefficient_percent"], shown["policy_version"]) == (91, 150, 2)


def test_a_policy_of_a_later_day_does_not_bind_yet(people: Bench) -> None:
    people.publish_policy("d1", 2, people.clock.now().date().replace(day=3), redeem={"min_age": 90})

    assert people.ask("r1", "lan").status_code == 202


def test_each_volunteer_asked_for_is_paid_the_planned_time(people: Bench) -> None:
    assert people.ask("r1", "lan", persons=2).status_code == 202
    assert people.ask("r2", "lan", service="A3", start="D3 09:00").status_code == 202

    asked = people.published(own.RedemptionRequested)
    assert [(event.persons, event.price_minutes) for event in asked] == [(2, 120), (2, 120)]


@pytest.mark.parametrize(("service", "persons"), [("B1", 5), ("A3", 1), ("A3", 5)])
def test_so_many_volunteers_may_not_be_asked_for(people: Bench, service: str, persons: int) -> None:
    refused(people, "lan", "persons_out_of_range", service=service, persons=persons)
