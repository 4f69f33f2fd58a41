"""Who may ask for help at whose cost, and in what right."""

from typing import Any

import pytest
import sqlalchemy as sa

from libs.contracts.events import accounts, redemption as own
from services.redemption.core.store.directory import signing_keys
from services.redemption.tests.support import KEY_ID, Bench, said


@pytest.fixture
def people(bench: Bench) -> Bench:
    """Lan of k1, her son, a friend, and staff of several units."""
    bench.person("lan", "recipient")
    for label in ("son", "cousin", "friend"):
        bench.person(label, age=45)
    bench.person("coord", "coordinator@k1", age=40)
    bench.person("coord_k2", "coordinator@k2", age=40)
    bench.person("op", "operator@d1", age=40)
    bench.person("op_d2", "operator@d2", age=40)
    bench.person("audit", "city_auditor@city", age=40)
    bench.relate("lan", "child", "son")
    bench.relate("son", "parent", "lan")
    bench.relate("lan", "friend", "friend")
    bench.relate("friend", "friend", "lan")
    return bench


ACTING = {"acting_for": "lan", "consent": said(), "why": "called"}


@pytest.mark.parametrize(
    ("by", "terms"),
    [
        ("lan", {}),
        ("coord", {}),
        ("op", ACTING),
        ("coord", ACTING),
        ("son", {"payer": "son"}),
        ("op", {"payer": "son", "acting_for": "son", "consent": said()}),
    ],
)
def test_may_ask(people: Bench, by: str, terms: dict[str, Any]) -> None:
    answer = people.ask("r1", by, recipient="lan", **terms)

    assert answer.status_code == 202, answer.get_json()
    assert people.asked() == {"RedemptionRequested": 1}


@pytest.mark.parametrize(
    ("by", "terms", "code"),
    [
        ("cousin", {}, "not_authorised"),
        ("cousin", ACTING, "not_authorised"),
        ("son", {}, "not_authorised"),
        ("friend", ACTING, "not_authorised"),
        ("op", {}, "not_authorised"),
        ("audit", {}, "not_authorised"),
        ("audit", ACTING, "not_authorised"),
        ("coord_k2", {}, "out_of_scope"),
        ("op_d2", ACTING, "out_of_scope"),
        ("op", {"acting_for": "lan", "why": "called"}, "consent_missing"),
        ("son", ACTING, "consent_missing"),
        ("cousin", {"payer": "cousin"}, "relation_not_verified"),
        ("lan", {"payer": "son"}, "not_authorised"),
        ("coord", {"payer": "son"}, "not_authorised"),
        ("op", ACTING | {"payer": "son"}, "not_authorised"),
    ],
)
def test_may_not_ask_and_nothing_is_told(people: Bench, by: str, terms: dict[str, Any], code: str) -> None:
    answer = people.ask("r1", by, recipient="lan", **terms)

    assert (answer.status_code, answer.get_json()["code"]) == (403, code)
    assert people.counts() == {}


def test_a_relative_acts_under_a_grant_that_staff_recorded(people: Bench) -> None:
    people.grant_acting("lan", "son")

    assert people.ask("r1", "son", recipient="lan", **ACTING).status_code == 202
    assert people.show("r1", "son")["acting_for"] == str(people.id_of("lan"))


def test_a_declared_relation_is_not_enough_to_act(people: Bench) -> None:
    people.relate("lan", "child", "cousin", verified=False)
    people.grant_acting("lan", "cousin")

    answer = people.ask("r1", "cousin", recipient="lan", **ACTING)

    assert answer.get_json()["code"] == "relation_not_verified"


@pytest.mark.parametrize("label", ["lan", "coord"])
def test_a_suspended_person_asks_for_nothing(people: Bench, label: str) -> None:
    roles = {"lan": ["recipient"], "coord": ["coordinator@k1"]}[label]
    people.person(label, *roles, status="suspended")

    answer = people.ask("r1", label, recipient="lan")

    assert (answer.status_code, answer.get_json()["code"]) == (403, "person_suspended")


def test_the_first_refusal_stays_when_it_would_pass_now(people: Bench) -> None:
    assert people.ask("r1", "son", recipient="lan", **ACTING).status_code == 403
    people.grant_acting("lan", "son")

    again = people.ask("r1", "son", recipient="lan", **ACTING)

    assert again.get_json()["code"] == "consent_missing"


def test_the_words_of_a_consent_never_enter_an_event_and_are_deleted_with_the_person(people: Bench) -> None:
    people.ask(
        "r1", "op", recipient="lan", acting_for="lan", consent=said(words="Her own words to me"), why="her own reason"
    )

    (event,) = people.published(own.RedemptionRequested)
    assert (event.consent, event.consent_how, event.why) == ("recorded", "phone", "")
    assert b"own words" not in event.SerializeToString()
    people.hear(accounts.PersonState(), subject=str(people.id_of("lan")), tombstone_of=accounts.PersonState)
    with people.database.reading() as connection:
        kept = connection.execute(sa.text("SELECT consent, why FROM redemption")).all()
    assert kept == [(said(words=""), None)]
    shown = {
        by: people.send("GET", f"/v1/redemptions/{people.id_of('r1')}", by).status_code for by in ("audit", "coord")
    }
    assert shown == {"audit": 200, "coord": 404}
    again = people.ask("r2", "op", recipient="lan", **ACTING)
    assert (again.status_code, again.get_json()["code"]) == (404, "person_not_found")


@pytest.mark.parametrize(("by", "status"), [("lan", 200), ("op", 200), ("audit", 200), ("cousin", 404), ("op_d2", 404)])
def test_a_redemption_is_shown_to_those_concerned_and_staff_in_scope(people: Bench, by: str, status: int) -> None:
    people.ask("r1", "lan")

    assert people.send("GET", f"/v1/redemptions/{people.id_of('r1')}", by).status_code == status


def test_lists_show_a_persons_own_and_page_without_losing_any(people: Bench) -> None:
    for number in range(1, 5):
        people.ask(f"r{number}", "lan", minutes=30)

    first = people.send("GET", "/v1/redemptions?limit=3", "lan").get_json()
    rest = people.send("GET", f"/v1/redemptions?limit=3&cursor={first['next']}", "lan").get_json()

    found = [row["redemption_id"] for row in first["items"] + rest["items"]]
    assert sorted(found) == sorted(str(people.id_of(f"r{number}")) for number in range(1, 5))
    assert rest["next"] is None
    unit = people.send("GET", f"/v1/redemptions?unit={people.id_of('k1')}&state=requested", "coord").get_json()
    assert len(unit["items"]) == 4
    assert people.send("GET", f"/v1/redemptions?unit={people.id_of('k1')}", "coord_k2").status_code == 403


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"surprise": 1}, 422),
        ({"minutes": "sixty"}, 422),
        ({"minutes": "60"}, 422),
        ({"minutes": -1}, 422),
        ({"start": "tomorrow"}, 422),
        ({"start": "2026-03-03T09:00:00"}, 422),
        ({"recipient_id": "lan"}, 422),
    ],
)
def test_malformed_requests_are_refused_and_change_nothing(people: Bench, change: dict[str, Any], status: int) -> None:
    start = "2026-03-03T09:00:00+08:00"
    body = {"recipient_id": str(people.id_of("lan")), "service": "B1", "minutes": 60, "start": start} | change

    answer = people.send("PUT", f"/v1/redemptions/{people.id_of('r1')}", "lan", body)

    assert (answer.status_code, answer.get_json()["code"]) == (status, "invalid_fields")
    assert people.counts() == {}


def test_a_token_signed_before_its_key_was_retired_lives_on_until_the_key_is_withdrawn(people: Bench) -> None:
    raw = people.private_key.public_key().public_bytes_raw()
    retiring = accounts.SigningKey(key_id=KEY_ID, public_key=raw, retired_at_us=1)

    people.hear(accounts.SigningKeysChanged(keys=[retiring]))

    with people.database.reading() as connection:
        assert signing_keys(connection) == {KEY_ID: raw}
    people.hear(accounts.SigningKeysChanged(keys=[]))
    with people.database.reading() as connection:
        assert signing_keys(connection) == {}
