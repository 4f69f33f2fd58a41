"""Every word that somebody may write here is forgotten with whom it is about, or is named with the reason why not."""

from typing import Any

import pytest

from libs.contracts.events import accounts
from libs.ids import new_id
from services.redemption.tests.support import Bench, local, said
from tests.support.words import columns_with, text_columns

WORDS = "said in confidence"
FORGOTTEN = {
    "credit_request.consent",
    "credit_request.decision_why",
    "credit_request.why",
    "entitlement.decision_why",
    "entitlement.why",
    "estate.decision_why",
    "estate.why",
    "redemption.consent",
    "redemption.why",
}
KEPT = {
    "a word of a closed set, or a code": """
        credit_request.code credit_request.kind credit_request.state entitlement.state estate.code estate.state
        grant_run.code grant_run.state order_placed.fallback order_placed.funding order_placed.service_code
        redemption.code redemption.end_why redemption.hold redemption.service_code redemption.state""",
    "deleted by the tombstone, row and all": """
        acting_grant.acts person.grade person.hardship person.status relation.kind""",
    "what is left of somebody: that they are no more": "standing.roles standing.status standing.unit_ids",
    "about no person": """
        catalogue_item.code catalogue_item.funding catalogue_item.max_grade catalogue_item.name_en
        catalogue_item.name_zh catalogue_item.season_from catalogue_item.season_until policy.parameters
        signing_key.key_id signing_key.public_key unit.level unit.name_en unit.name_zh""",
    "ids": "standing.lent_by_ids",
    "made by the platform": "command.fingerprint",
    "an answer is an id, a refusal has no words": "command.answer command.refusal",
    "an event has no words": """
        outbox.event_type outbox.key outbox.payload outbox.stream outbox.subject outbox.topic outbox.traceparent""",
}


def test_every_text_is_forgotten_or_kept_for_a_reason(bench: Bench) -> None:
    kept = {name for names in KEPT.values() for name in names.split()}

    with bench.database.reading() as connection:
        assert text_columns(connection) == kept | FORGOTTEN
    assert kept.isdisjoint(FORGOTTEN)


@pytest.fixture
def people(bench: Bench) -> Bench:
    bench.person("lan", "recipient")
    bench.person("mum", "recipient")
    bench.person("min", "volunteer", age=45)
    bench.person("gu", "volunteer", status="deceased", age=80)
    bench.person("op", "operator@d1", age=40)
    bench.person("check", "checker@s1", age=40)
    bench.person("admin", "district_admin@d1", age=42)
    bench.person("cadmin", "city_admin@city", age=48)
    bench.relate("min", "parent", "mum")
    bench.relate("gu", "child", "min")
    return bench


def confide(bench: Bench, *, payer: str, recipient: str, giver: str, receiver: str, heir: str) -> None:
    """Have staff write words about these people wherever they may."""
    ids = {name: str(bench.id_of(name)) for name in (payer, recipient, giver, receiver, heir, "gu")}
    for_payer = {"acting_for": ids[payer], "consent": said(words=WORDS), "why": WORDS}
    ask = {"recipient_id": ids[recipient], "payer_id": ids[payer], "service": "B1", "minutes": 60}
    for of, by, decides, body in (
        ("redemptions", "op", "", ask | for_payer | {"start": local("D2 09:00").isoformat()}),
        ("gifts", "op", "check", {"to": ids[receiver], "minutes": 10} | for_payer | {"acting_for": ids[giver]}),
        ("entitlements", "admin", "cadmin", {"person_id": ids[recipient], "minutes": 1800, "why": WORDS}),
        ("estates", "admin", "cadmin", {"person_id": ids["gu"], "to_person_id": ids[heir], "why": WORDS}),
    ):
        path = f"/v1/{of}/{new_id()}"
        assert bench.send("PUT", path, by, body).status_code < 300, of
        no = {"ok": False, "why": WORDS}
        if decides:
            decision = bench.send("POST", f"{path}/decision", decides, no, Idempotency_Key=str(new_id()))
            assert decision.status_code < 300, decision.get_json()


def forget(bench: Bench, label: str) -> None:
    bench.hear(accounts.PersonState(), subject=str(bench.id_of(label)), tombstone_of=accounts.PersonState)


@pytest.mark.parametrize(
    ("gone", "concerned"),
    [
        ({"min", "lan"}, {"payer": "lan", "recipient": "lan", "giver": "min", "receiver": "mum", "heir": "min"}),
        ({"mum", "gu"}, {"payer": "mum", "recipient": "mum", "giver": "min", "receiver": "mum", "heir": "min"}),
    ],
)
def test_no_word_is_left_about_whom_it_was_and_none_was_in_an_answer_or_an_event(
    people: Bench, gone: set[str], concerned: dict[str, Any]
) -> None:
    confide(people, **concerned)
    with people.database.reading() as connection:
        said_in = columns_with(connection, WORDS)

    for label in gone:
        forget(people, label)

    with people.database.reading() as connection:
        left_in = columns_with(connection, WORDS)
    assert said_in == FORGOTTEN
    assert left_in == set()
