"""What staff give away for somebody waits for a second of them; a verdict is read, wherever one is given."""

from typing import Any

import pytest
import sqlalchemy as sa

from libs.contracts.events import accounts, ledger, redemption as own
from libs.ids import new_id
from services.redemption.bootstrap import next_due, run_due
from services.redemption.gifts.rules import PROPOSAL_LAPSES_AFTER
from services.redemption.tests.support import Bench, local, said

KINDS = ("gifts", "donations", "exchanges")


@pytest.fixture
def people(bench: Bench) -> Bench:
    """Min, her mother, and staff: some of another unit, one who is the mother's son, one who lives with Min."""
    bench.publish_policy("d1", 2, bench.clock.now().date(), redeem={"goods_allowed": True})
    bench.person("min", "volunteer", age=45, household="8")
    bench.person("mum", "recipient")
    bench.person("op", "operator@d1", age=40)
    bench.person("op_b", "operator@d1", age=40)
    bench.person("coord", "coordinator@k1", age=40)
    bench.person("coord_k2", "coordinator@k2", age=40)
    bench.person("check", "checker@s1", age=40)
    bench.person("audit", "city_auditor@city", age=50)
    bench.person("brother", "checker@s1", age=50)
    bench.person("lodger", "checker@s1", age=30, household="8")
    bench.relate("min", "parent", "mum")
    bench.relate("mum", "child", "brother")
    return bench


def ask(bench: Bench, of: str, label: str = "g1", by: str = "op", minutes: int = 60, **terms: Any) -> Any:
    body = {"minutes": minutes} | ({"to": str(bench.id_of("mum"))} if of == "gifts" else {})
    for_min = {"acting_for": str(bench.id_of("min")), "consent": said()} | terms
    return bench.send("PUT", f"/v1/{of}/{bench.id_of(label)}", by, body | for_min)


def decide(bench: Bench, of: str, by: str, label: str = "g1", **verdict: Any) -> Any:
    path = f"/v1/{of}/{bench.id_of(label)}/decision"
    return bench.send("POST", path, by, verdict or {"ok": True}, Idempotency_Key=str(new_id()))


@pytest.mark.parametrize("of", KINDS)
def test_nothing_is_asked_of_the_ledger_before_the_second_says_yes(people: Bench, of: str) -> None:
    asked = ask(people, of)
    assert (asked.status_code, asked.get_json()["state"]) == (202, "proposed")
    assert people.asked() == {}

    assert decide(people, of, "check").get_json()["state"] == "requested"

    kind = {"gifts": own.GiftRequested, "donations": own.DonationRequested, "exchanges": own.GoodsRequested}[of]
    (event,) = people.published(kind)
    assert (event.requested_by, event.decided_by) == (str(people.id_of("op")), str(people.id_of("check")))
    people.hear(ledger.TransferPosted(cause_id=str(people.id_of("g1")), reason="gift", amount_minutes=60))
    assert people.show("g1", "min", of=of)["state"] == "done"


@pytest.mark.parametrize("of", KINDS)
def test_a_no_is_final_and_tells_who_and_why(people: Bench, of: str) -> None:
    ask(people, of)

    told = decide(people, of, "check", ok=False, why="she says she never asked").get_json()

    assert (told["state"], told["decided_by"]) == ("turned_down", str(people.id_of("check")))
    assert people.show("g1", "min", of=of)["decision_why"] == "she says she never asked"
    again = decide(people, of, "coord").get_json()
    assert (again["code"], again["state"]) == ("already_decided", "declined")
    assert people.asked() == {}


@pytest.mark.parametrize("verdict", [{"ok": False}, {"ok": False, "why": " "}, {"why": "x"}, {"ok": "no"}])
def test_a_verdict_is_a_yes_or_a_no_with_its_reason(people: Bench, verdict: dict[str, Any]) -> None:
    ask(people, "gifts")

    assert decide(people, "gifts", "check", **verdict).get_json()["code"] == "invalid_fields"

    assert people.show("g1", "min", of="gifts")["state"] == "proposed"


def test_a_household_that_one_alone_said_keeps_nobody_from_deciding(people: Bench) -> None:
    people.person("lodger", "checker@s1", age=30, household="8", household_verified=False)
    ask(people, "gifts")

    assert decide(people, "gifts", "lodger").status_code == 202


@pytest.mark.parametrize(
    ("by", "code"),
    [
        ("op", "maker_is_checker"),
        ("op_b", "not_authorised"),
        ("min", "not_authorised"),
        ("mum", "not_authorised"),
        ("audit", "not_authorised"),
        ("coord_k2", "out_of_scope"),
        ("brother", "approver_related"),
        ("lodger", "approver_related"),
    ],
)
def test_who_is_no_second_member_of_staff(people: Bench, by: str, code: str) -> None:
    ask(people, "gifts")

    answer = decide(people, "gifts", by)

    assert (answer.status_code, answer.get_json()["code"]) == (403, code)
    assert people.asked() == {}


def test_who_is_only_declared_a_relative_decides_unless_they_said_so_themselves(people: Bench) -> None:
    for checker in ("check", "coord"):
        people.relate("min", "sibling", checker, verified=False)
        people.relate(checker, "sibling", "min", verified=False, by="min")
    people.relate("coord", "sibling", "min", verified=False, by="coord")
    ask(people, "gifts")

    assert decide(people, "gifts", "coord").get_json()["code"] == "approver_related"
    assert decide(people, "gifts", "check").status_code < 300


def test_staff_give_nothing_away_to_themselves_or_their_own(people: Bench) -> None:
    people.person("mum", "coordinator@k1")
    own_gain = ask(people, "gifts", by="mum", to=str(people.id_of("mum")))
    people.person("brother", "coordinator@k1", age=50)
    for_kin = ask(people, "gifts", "g2", by="brother")

    assert (own_gain.get_json()["code"], for_kin.get_json()["code"]) == ("self_approval", "approver_related")


def test_a_relative_under_a_grant_and_the_giver_need_no_second(people: Bench) -> None:
    people.person("son", age=30)
    people.relate("min", "child", "son")
    people.grant_acting("min", "son")

    by_son = ask(people, "gifts", "g1", by="son", consent=said("grant"))
    by_min = people.send("PUT", f"/v1/donations/{people.id_of('n1')}", "min", {"minutes": 60})

    assert by_son.get_json()["state"] == by_min.get_json()["state"] == "requested"
    assert people.asked() == {"GiftRequested": 1, "DonationRequested": 1}


def test_what_nobody_decides_lapses(people: Bench) -> None:
    ask(people, "gifts")
    lapses_at = people.clock.now() + PROPOSAL_LAPSES_AFTER
    with people.database.reading() as connection:
        assert next_due(connection, people.clock.now()) == lapses_at

    people.clock.instant = lapses_at
    with people.database.transaction() as connection:
        run_due(connection, people.clock.now())

    assert people.show("g1", "min", of="gifts")["state"] == "lapsed"
    assert decide(people, "gifts", "check").get_json()["code"] == "proposal_lapsed"
    with people.database.reading() as connection:
        assert next_due(connection, people.clock.now()) is None


def test_the_rules_of_the_day_it_is_decided_hold(people: Bench) -> None:
    assert ask(people, "gifts", "g1", minutes=400).status_code == 202
    assert ask(people, "gifts", "g2", minutes=400).status_code == 202
    assert decide(people, "gifts", "check", "g1").status_code == 202

    second = decide(people, "gifts", "check", "g2")

    assert second.get_json()["code"] == "gift_cap_exceeded"
    people.person("min", "volunteer", age=45, status="suspended")
    assert decide(people, "gifts", "coord", "g2").get_json()["code"] == "person_suspended"
    assert people.asked() == {"GiftRequested": 1}


def test_staff_in_scope_find_what_waits(people: Bench) -> None:
    ask(people, "gifts")
    unit = f"/v1/gifts?unit={people.id_of('s1')}&state=proposed"

    (row,) = people.send("GET", unit, "check").get_json()["items"]

    assert (row["gift_id"], row["requested_by"]) == (str(people.id_of("g1")), str(people.id_of("op")))
    assert row["lapses_at"]
    assert people.send("GET", unit, "coord_k2").status_code == 403
    assert people.send("GET", f"/v1/donations?unit={people.id_of('s1')}", "check").get_json()["items"] == []


def test_the_cap_counts_the_month_in_which_it_is_decided(people: Bench) -> None:
    people.clock.instant = local("D30 23:00")
    ask(people, "gifts", "g1", minutes=600)
    people.clock.instant = local("D31 00:30")

    decide(people, "gifts", "check", "g1")

    again = ask(people, "gifts", "g2", minutes=1, consent=said(given_at="D31 00:00"))
    assert again.get_json()["code"] == "gift_cap_exceeded"


def test_the_words_of_a_verdict_are_deleted_with_the_person(people: Bench) -> None:
    ask(people, "gifts", why="her own reason")
    decide(people, "gifts", "check", ok=False, why="her son rang")

    people.hear(accounts.PersonState(), subject=str(people.id_of("min")), tombstone_of=accounts.PersonState)

    with people.database.reading() as connection:
        kept = connection.execute(sa.text("SELECT why, decision_why, state FROM credit_request")).all()
    assert kept == [(None, "", "turned_down")]
