"""Government-purchased minutes: set by two people, held and used by calendar month; estates; erasure."""

from datetime import datetime
from typing import Any

import pytest

from libs.clock import to_microseconds
from libs.contracts.events import accounts, ledger, orders, redemption as own
from libs.programme.two_people import LAPSES_AFTER
from services.redemption.bootstrap import next_due, run_due
from services.redemption.tests.support import Bench, local


@pytest.fixture
def people(bench: Bench) -> Bench:
    """Lan, and those who decide."""
    bench.person("lan", "recipient")
    bench.person("admin", "district_admin@d1", age=42)
    bench.person("admin_d2", "district_admin@d2", age=42)
    bench.person("cadmin", "city_admin@city", age=48)
    bench.person("audit", "city_auditor@city", age=50)
    return bench


def propose(bench: Bench, label: str, by: str = "admin", *, minutes: int = 1800) -> Any:
    body = {"person_id": str(bench.id_of("lan")), "minutes": minutes}
    return bench.send("PUT", f"/v1/entitlements/{bench.id_of(label)}", by, body)


def decide(bench: Bench, label: str, by: str = "cadmin", *, of: str = "entitlements", ok: bool = True) -> Any:
    key = {"Idempotency_Key": str(bench.id_of(f"decision/{label}/{by}"))}
    verdict = {"ok": True} if ok else {"ok": False, "why": "not so"}
    return bench.send("POST", f"/v1/{of}/{bench.id_of(label)}/decision", by, verdict, **key)


def month(bench: Bench) -> tuple[int, int, int]:
    shown = bench.send("GET", f"/v1/entitlements/current?person={bench.id_of('lan')}", "lan").get_json()
    return shown["available_minutes"], shown["held_minutes"], shown["used_minutes"]


def approved(bench: Bench, *minutes: int, settlement: int = 1) -> orders.HoursApproved:
    hours = [
        orders.VolunteerHours(volunteer_id=str(bench.id_of(f"nurse{n}")), actual_minutes=m)
        for n, m in enumerate(minutes)
    ]
    return orders.HoursApproved(
        order_id=str(bench.id_of("o1")), funding="purchased", planned_minutes=120, settlement=settlement, hours=hours
    )


@pytest.fixture
def entitled(people: Bench) -> Bench:
    """Lan has 1800 minutes a month."""
    assert propose(people, "e1").status_code == 200
    assert decide(people, "e1").get_json()["state"] == "in_force"
    return people


def test_a_proposal_takes_effect_only_when_another_decides(people: Bench) -> None:
    propose(people, "e1")
    assert month(people) == (0, 0, 0)

    decide(people, "e1")

    assert month(people) == (1800, 0, 0)


@pytest.mark.parametrize("minutes", [1799, 3601])
def test_outside_the_policys_range_is_refused(people: Bench, minutes: int) -> None:
    answer = propose(people, "e1", minutes=minutes)

    assert (answer.status_code, answer.get_json()["code"]) == (422, "entitlement_out_of_range")


@pytest.mark.parametrize(
    ("by", "code"),
    [
        ("audit", "not_authorised"),
        ("admin_d2", "out_of_scope"),
        ("cadmin", "not_authorised"),
        ("lan", "not_authorised"),
    ],
)
def test_who_may_not_propose(people: Bench, by: str, code: str) -> None:
    answer = propose(people, "e1", by)

    assert (answer.status_code, answer.get_json()["code"]) == (403, code)


@pytest.mark.parametrize(
    ("by", "code"), [("admin", "maker_is_checker"), ("audit", "not_authorised"), ("admin_d2", "not_authorised")]
)
def test_who_may_not_decide(people: Bench, by: str, code: str) -> None:
    propose(people, "e1")

    answer = decide(people, "e1", by)

    assert (answer.status_code, answer.get_json()["code"]) == (403, code)
    assert month(people) == (0, 0, 0)


def test_a_proposal_is_decided_once(entitled: Bench) -> None:
    entitled.person("cadmin2", "city_admin@city")

    answer = decide(entitled, "e1", "cadmin2", ok=False)

    assert (answer.status_code, answer.get_json()["code"]) == (409, "already_decided")
    assert answer.get_json()["state"] == "accepted"


def listed(bench: Bench, of: str, by: str, query: str) -> Any:
    answer = bench.send("GET", f"/v1/{of}?{query}", by).get_json()
    return [row["state"] for row in answer["items"]] if "items" in answer else answer["code"]


def test_who_decides_finds_what_is_proposed_in_the_unit(people: Bench) -> None:
    propose(people, "e1")
    propose(people, "e2", minutes=2000)
    decide(people, "e2")
    unit = f"unit={people.id_of('d1')}"

    assert listed(people, "entitlements", "cadmin", f"{unit}&state=proposed") == ["proposed"]
    assert listed(people, "entitlements", "cadmin", unit) == ["in_force", "proposed"]
    assert listed(people, "entitlements", "lan", "limit=50") == ["in_force", "proposed"]
    assert listed(people, "entitlements", "admin_d2", unit) == "not_authorised"


def test_a_proposal_turned_down_changes_nothing(people: Bench) -> None:
    propose(people, "e1")

    assert decide(people, "e1", ok=False).get_json()["state"] == "turned_down"

    assert month(people) == (0, 0, 0)
    people.person("cadmin2", "city_admin@city")
    again = decide(people, "e1", "cadmin2").get_json()
    assert (again["code"], again["state"]) == ("already_decided", "declined")


@pytest.mark.parametrize(("ok", "stands"), [(True, "accepted"), (False, "declined")])
def test_a_decided_estate_tells_how_it_was_decided(bereaved: Bench, ok: bool, stands: str) -> None:
    bereaved.person("cadmin2", "city_admin@city")
    estate(bereaved, "s1", "gu")
    decide(bereaved, "s1", of="estates", ok=ok)

    again = decide(bereaved, "s1", "cadmin2", of="estates").get_json()

    assert (again["code"], again["state"]) == ("already_decided", stands)


def test_purchased_help_is_held_then_used_as_worked_and_the_next_month_is_whole(entitled: Bench) -> None:
    entitled.fund("o1", "lan", funding="purchased", minutes=120)
    assert month(entitled) == (1680, 120, 0)
    assert entitled.counts() == {"RedemptionAuthorised": 1}

    entitled.hear(approved(entitled, 107))

    assert month(entitled) == (1693, 0, 107)
    entitled.clock.instant = local("D31 00:00")
    assert month(entitled) == (1800, 0, 0)


def test_of_two_workers_the_longer_counts_and_never_more_than_planned(entitled: Bench) -> None:
    entitled.fund("o1", "lan", funding="purchased", minutes=120)

    entitled.hear(approved(entitled, 107, 125))

    assert month(entitled) == (1680, 0, 120)


def test_a_reversal_gives_the_minutes_back_and_paid_work_is_no_volunteering(entitled: Bench) -> None:
    entitled.fund("o1", "lan", funding="purchased", minutes=120)
    entitled.hear(approved(entitled, 100))
    reversal = orders.HoursReversed(order_id=str(entitled.id_of("o1")), funding="purchased", settlement=1)

    entitled.hear(reversal)
    assert month(entitled) == (1800, 0, 0)
    entitled.hear(approved(entitled, 45, settlement=2))

    assert month(entitled) == (1755, 0, 45)


@pytest.mark.parametrize(("minutes", "code"), [(1801, "entitlement_exhausted"), (None, "entitlement_missing")])
def test_help_that_the_month_does_not_cover_is_declined(people: Bench, minutes: int | None, code: str) -> None:
    if minutes:
        propose(people, "e1")
        decide(people, "e1")

    people.fund("o1", "lan", funding="purchased", minutes=minutes or 60)

    (declined,) = people.published(own.RedemptionDeclined)
    assert (declined.code, declined.funding) == (code, "purchased")


def test_minutes_are_held_in_the_month_of_the_start(entitled: Bench) -> None:
    entitled.fund("o1", "lan", funding="purchased", minutes=120, start="D31 09:00")

    assert month(entitled) == (1800, 0, 0)
    entitled.clock.instant = local("D31 00:00")
    assert month(entitled) == (1680, 120, 0)


def test_a_cancelled_order_frees_what_it_held(entitled: Bench) -> None:
    entitled.fund("o1", "lan", funding="purchased", minutes=120)

    entitled.hear(orders.OrderCancelled(order_id=str(entitled.id_of("o1")), funding="purchased"))

    assert month(entitled) == (1800, 0, 0)


def estate(bench: Bench, label: str, to: str | None, by: str = "admin") -> Any:
    body = {"person_id": str(bench.id_of("lan")), "to_person_id": str(bench.id_of(to)) if to else None}
    return bench.send("PUT", f"/v1/estates/{bench.id_of(label)}", by, body)


@pytest.fixture
def bereaved(people: Bench) -> Bench:
    """Lan has died; her husband is 89, her daughter 55."""
    people.publish_policy("d1", 2, people.clock.now().date(), death={"heir_min_age": 60})
    people.person("gu", "recipient", age=89)
    people.person("min", "volunteer", age=55)
    people.person("pal", "recipient", age=70)
    people.relate("lan", "spouse", "gu")
    people.relate("lan", "child", "min")
    people.relate("lan", "friend", "pal")
    people.person("lan", "recipient", age=88, status="deceased")
    return people


def test_an_estate_goes_to_a_verified_relative_by_two_people(bereaved: Bench) -> None:
    assert estate(bereaved, "s1", "gu").get_json()["state"] == "proposed"
    assert decide(bereaved, "s1", "admin", of="estates").get_json()["code"] == "maker_is_checker"
    assert bereaved.counts() == {}

    assert decide(bereaved, "s1", of="estates").status_code == 202
    (event,) = bereaved.published(own.EstateSettlementRequested)
    bereaved.hear(ledger.TransferPosted(cause_id=event.estate_id, reason="estate_settled"))

    assert event.to_person_id == str(bereaved.id_of("gu"))
    assert bereaved.show("s1", "admin", of="estates")["state"] == "done"


def test_a_proposal_about_somebody_found_alive_ends_and_the_ledgers_no_is_told(bereaved: Bench) -> None:
    estate(bereaved, "s1", "gu")
    estate(bereaved, "s2", "gu")
    decide(bereaved, "s2", of="estates")
    bereaved.person("lan", "recipient", age=88)

    bereaved.hear(accounts.PersonDeathMistaken(person_id=str(bereaved.id_of("lan"))))
    bereaved.hear(ledger.TransferRefused(cause_id=str(bereaved.id_of("s2")), code="wallets_not_frozen"))

    shown = [bereaved.show(label, "admin", of="estates") for label in ("s1", "s2")]
    assert [(one["state"], one["code"]) for one in shown] == [
        ("declined", "person_not_deceased"),
        ("declined", "wallets_not_frozen"),
    ]
    again = decide(bereaved, "s1", of="estates").get_json()
    assert (again["code"], again["state"]) == ("already_decided", "withdrawn")


def test_who_decides_finds_an_estate_that_waits(bereaved: Bench) -> None:
    estate(bereaved, "s1", "gu")

    assert listed(bereaved, "estates", "cadmin", f"unit={bereaved.id_of('city')}&state=proposed") == ["proposed"]
    assert listed(bereaved, "estates", "min", f"person={bereaved.id_of('lan')}") == "not_authorised"


@pytest.mark.parametrize("heir", ["min", "pal", "cadmin"])
def test_who_does_not_inherit(bereaved: Bench, heir: str) -> None:
    answer = estate(bereaved, "s1", heir)

    assert (answer.status_code, answer.get_json()["code"]) == (422, "heir_not_eligible")


def test_the_pool_may_always_inherit(bereaved: Bench) -> None:
    assert estate(bereaved, "s1", None).status_code == 200


def test_the_living_leave_nothing(people: Bench) -> None:
    answer = estate(people, "s1", None)

    assert (answer.status_code, answer.get_json()["code"]) == (409, "person_not_deceased")


def ask_erasure(bench: Bench) -> str:
    bench.hear(
        accounts.ErasureRequested(
            erasure_id=str(bench.id_of("x")), person_id=str(bench.id_of("lan")), district_id=str(bench.id_of("d1"))
        )
    )
    (answer,) = bench.published(own.ErasureAnswered)
    return f"{answer.answer} {answer.code}".strip()


def test_erasure_is_clear_without_anything_open(people: Bench) -> None:
    assert ask_erasure(people) == "clear"


def test_erasure_waits_for_an_open_redemption(people: Bench) -> None:
    people.ask("r1", "lan")

    assert ask_erasure(people) == "refused open_obligations"


def test_erasure_waits_for_purchased_minutes_that_are_held(entitled: Bench) -> None:
    entitled.fund("o1", "lan", funding="purchased", minutes=120)

    assert ask_erasure(entitled) == "refused open_obligations"


def test_hours_served_count_once_settled_and_no_more_when_reversed(people: Bench) -> None:
    people.publish_policy("d1", 2, people.clock.now().date(), redeem={"min_hours_served": 1})
    hours = [orders.VolunteerHours(volunteer_id=str(people.id_of("lan")), actual_minutes=60)]
    order: dict[str, Any] = {"order_id": str(people.id_of("o7")), "funding": "programme", "settlement": 1}
    people.hear(orders.HoursApproved(hours=hours, approved_at_us=to_microseconds(people.clock.now()), **order))
    assert people.ask("r1", "lan").status_code == 202

    people.hear(orders.HoursReversed(**order))

    assert people.ask("r2", "lan", start="D3 09:00").get_json()["code"] == "min_hours_not_served"


def test_a_settlement_and_an_entitlement_that_nobody_decides_lapse(bereaved: Bench) -> None:
    bereaved.person("cadmin2", "city_admin@city", age=48)
    estate(bereaved, "s1", "gu")
    propose(bereaved, "e1")
    lapses_at = bereaved.clock.now() + LAPSES_AFTER
    shown = [bereaved.show(label, "admin", of=of) for label, of in (("s1", "estates"), ("e1", "entitlements"))]
    assert [datetime.fromisoformat(one["lapses_at"]) for one in shown] == [lapses_at] * 2
    with bereaved.database.reading() as connection:
        assert next_due(connection, bereaved.clock.now()) == lapses_at

    bereaved.clock.instant = lapses_at
    assert decide(bereaved, "s1", "cadmin2", of="estates").get_json()["code"] == "proposal_lapsed"
    assert decide(bereaved, "e1", "cadmin2").get_json()["code"] == "proposal_lapsed"
    with bereaved.database.transaction() as connection:
        run_due(connection, bereaved.clock.now())

    assert bereaved.show("s1", "admin", of="estates")["state"] == "lapsed"
    assert bereaved.show("e1", "admin", of="entitlements")["state"] == "lapsed"
    assert decide(bereaved, "s1", of="estates").get_json()["code"] == "proposal_lapsed"
    assert decide(bereaved, "e1").get_json()["code"] == "proposal_lapsed"
    with bereaved.database.reading() as connection:
        assert next_due(connection, bereaved.clock.now()) is None
