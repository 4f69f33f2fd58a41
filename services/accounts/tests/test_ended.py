"""Nothing is recorded about the dead, the sealed and the erased; and nobody ends while something is."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from libs.contracts.timebank.ledger.v1 import events_pb2 as ledger
from libs.contracts.timebank.orders.v1 import events_pb2 as orders
from libs.contracts.timebank.redemption.v1 import events_pb2 as redemption
from libs.ids import new_id
from libs.programme.words import PersonStatus
from services.accounts.core.store.person_store import PersonStore
from services.accounts.tests.platform import Caller, Document, Platform, must, refused, wait_until_somebody_waits

Hear = Callable[[Any], None]


def _end(platform: Platform, hear: Hear, person_id: str, status: str) -> None:
    if status == "deceased":
        platform.die(person_id)
        return
    asked = must(platform.a.post(f"/v1/persons/{person_id}/erasure", {}))
    last_day = "2026-02-28" if status == "sealed" else ""
    hear(orders.ErasureAnswered(erasure_id=asked["erasure_id"], answer="clear", last_service_on=last_day))
    hear(ledger.ErasureAnswered(erasure_id=asked["erasure_id"], answer="clear"))
    hear(redemption.ErasureAnswered(erasure_id=asked["erasure_id"], answer="clear"))


@pytest.mark.parametrize("status", ["deceased", "sealed", "erased"])
def test_nothing_is_recorded_about_who_is_no_more(platform: Platform, hear: Hear, status: str) -> None:
    lan, min_ = platform.register("兰", roles=["recipient"]), platform.register("敏")
    of_min, waiting, relation = platform.sign_in("敏"), new_id(), _relation(lan, min_)
    must(platform.a.put(f"/v1/persons/{lan}/assessments/{waiting}", {"grade": "mild"}))
    _end(platform, hear, lan, status)
    code, http = ("person_not_found", 404) if status == "erased" else ("wrong_person_state", 409)

    said = {"how": "phone", "given_at": platform.clock.now().isoformat(), "words": "她电话里这样说"}
    complaint = {"about": "treatment", "words": "…", "acting_for": lan, "consent": said, "why": "…"}
    recorded: list[tuple[Caller, str, Document]] = [
        (platform.a, "relations", relation),
        (platform.a, "relations", _relation(min_, lan)),
        (of_min, "relations", relation | {"verified": False}),
        (platform.a, "acting-grants", platform.grant(lan, min_)),
        (platform.a, "acting-grants", platform.grant(min_, lan)),
        (platform.a, f"persons/{lan}/assessments", {"grade": "mild"}),
        (platform.a, f"persons/{lan}/hardships", {"categories": []}),
        (platform.a, f"persons/{lan}/identity-sightings", {"document": "resident"}),
        (platform.a, "complaints", complaint),
    ]
    for caller, path, body in recorded:
        refused(caller.put(f"/v1/{path}/{new_id()}", body), code, http)
    refused(platform.b.post(f"/v1/assessments/{waiting}/confirmation", {"ok": True}), code, http)
    for table in ("relation", "acting_grant", "consent", "acted_for", "complaint", "identity_sighting"):
        assert platform.rows(f"SELECT count(*) FROM {table}") == [(0,)], table


def test_nobody_acts_for_the_dead_with_their_word(platform: Platform) -> None:
    lan = platform.register("兰", roles=["recipient"])
    platform.die(lan)
    said = {"how": "phone", "given_at": platform.clock.now().isoformat(), "words": "她电话里这样说"}

    refused(
        platform.a.post(f"/v1/persons/{lan}/erasure", {"acting_for": lan, "consent": said}), "wrong_person_state", 409
    )

    assert platform.rows("SELECT count(*) FROM consent") == [(0,)]


@pytest.mark.parametrize("kind", ["relations", "acting-grants"])
def test_a_record_about_two_waits_for_what_is_done_to_either(platform: Platform, kind: str) -> None:
    lan, min_ = platform.register("兰", roles=["recipient"]), platform.register("敏")
    must(platform.a.put(f"/v1/relations/{new_id()}", _relation(lan, min_)))
    body = _relation(lan, min_) if kind == "relations" else platform.grant(lan, min_)
    caller, answers = platform.a, list[tuple[int, str]]()

    def record() -> None:
        answer = Caller(platform.app.test_client(), caller.token).put(f"/v1/{kind}/{new_id()}", body)
        answers.append((answer.status_code, answer.get_json().get("code", "")))

    with platform.database.transaction() as connection:
        person = PersonStore(connection).lock_person(UUID(min_))
        recording = threading.Thread(target=record)
        recording.start()
        wait_until_somebody_waits(platform)
        PersonStore(connection).save(replace(person.changed(), status=PersonStatus.SEALED))
    recording.join(30)

    assert answers == [(409, "wrong_person_state")]


def test_a_grant_that_a_mistaken_death_ended_is_not_given_back_to_who_leaves_meanwhile(
    platform: Platform, hear: Hear
) -> None:
    lan, min_ = platform.register("兰", roles=["recipient"]), platform.register("敏")
    must(platform.a.put(f"/v1/relations/{new_id()}", _relation(lan, min_)))
    must(platform.a.put(f"/v1/acting-grants/{new_id()}", platform.grant(lan, min_)))
    death, mistake = platform.die(lan), new_id()
    must(platform.a.put(f"/v1/deaths/{death}/mistakes/{mistake}", {"why": "…"}))
    must(platform.b.post(f"/v1/deaths/{death}/mistakes/{mistake}/decision", {"ok": True}))
    answer = ledger.WalletsUnfrozen(person_id=lan, cause_id=str(mistake))

    with platform.database.transaction() as connection:
        person = PersonStore(connection).lock_person(UUID(min_))
        giving_back = threading.Thread(target=hear, args=(answer,))
        giving_back.start()
        wait_until_somebody_waits(platform)
        PersonStore(connection).save(replace(person.changed(), status=PersonStatus.SEALED))
    giving_back.join(30)

    assert platform.states_of(lan)[-1].status == "active"
    assert [grant.active for grant in platform.events("ActingGrantState")] == [True, False]


def _relation(person_id: str, relative_id: str) -> Document:
    return {"person_id": person_id, "relative_id": relative_id, "kind": "child", "verified": True}
