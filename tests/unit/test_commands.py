"""A command takes effect once, and says the same again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from libs.http import Service
from libs.ids import new_id
from tests.unit.sample_service.service import Gate, tell_sample_service
from tests.unit.sample_service.tokens import Signer

Count = Callable[[str], int]
NOTE = {"text": "Call back", "minutes": 30}


def test_the_same_command_again_gives_the_same_answer_and_no_second_effect(
    client: FlaskClient, count_rows: Count
) -> None:
    note_id = new_id()

    first = client.put(f"/v1/notes/{note_id}", json=NOTE)
    second = client.put(f"/v1/notes/{note_id}", json=NOTE)

    assert first.status_code == second.status_code == 201
    assert first.json == second.json == {"note_id": str(note_id), **NOTE}
    assert count_rows("note") == 1


def test_the_same_id_with_other_content_is_refused(client: FlaskClient, count_rows: Count) -> None:
    note_id = new_id()
    client.put(f"/v1/notes/{note_id}", json=NOTE)

    answer = client.put(f"/v1/notes/{note_id}", json=NOTE | {"minutes": 31})

    assert (answer.status_code, answer.json["code"]) == (409, "id_reused")
    assert count_rows("note") == 1


def test_a_refusal_changes_nothing_and_is_given_again(client: FlaskClient, count_rows: Count) -> None:
    note_id = new_id()

    first = client.put(f"/v1/notes/{note_id}", json=NOTE | {"minutes": 500})
    second = client.put(f"/v1/notes/{note_id}", json=NOTE | {"minutes": 500})

    assert first.status_code == second.status_code == 422
    assert (first.json["code"], first.json["limit"], first.json["minutes"]) == ("note_too_long", 480, 500)
    assert second.json["limit"] == 480
    assert count_rows("note") == 0
    assert count_rows("command") == 1


def test_a_kept_refusal_speaks_the_language_of_who_asks_again(client: FlaskClient) -> None:
    note_id = new_id()

    said = [
        client.put(f"/v1/notes/{note_id}", json=NOTE | {"minutes": 500}, headers={"Accept-Language": language}).json
        for language in ("en", "zh-CN", "en")
    ]

    english, chinese = "A note takes at most 480 minutes", "超过上限"
    assert [answer["title"] for answer in said if answer] == [english, chinese, english]


def test_a_refused_id_with_other_content_is_refused_as_reused(client: FlaskClient, count_rows: Count) -> None:
    note_id = new_id()
    client.put(f"/v1/notes/{note_id}", json=NOTE | {"minutes": 500})

    answer = client.put(f"/v1/notes/{note_id}", json=NOTE)

    assert (answer.status_code, answer.json["code"]) == (409, "id_reused")
    assert count_rows("note") == 0


def test_the_ids_of_two_callers_are_apart(sample: Flask, client: FlaskClient, signer: Signer) -> None:
    note_id = new_id()
    client.put(f"/v1/notes/{note_id}", json=NOTE | {"minutes": 500})
    other, other_id = sample.test_client(), new_id()
    tell_sample_service(sample, other_id)

    answer = other.put(f"/v1/notes/{note_id}", json=NOTE, headers=signer.headers(sub=str(other_id)))

    assert answer.status_code == 201


def test_a_malformed_body_is_not_remembered(client: FlaskClient, count_rows: Count) -> None:
    note_id = new_id()

    wrong = client.put(f"/v1/notes/{note_id}", json=NOTE | {"minutes": 0})
    right = client.put(f"/v1/notes/{note_id}", json=NOTE)

    assert (wrong.status_code, right.status_code) == (422, 201)
    assert count_rows("command") == 1


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "not-a-uuid"}])
def test_a_post_with_an_effect_needs_its_key(client: FlaskClient, count_rows: Count, headers: dict[str, str]) -> None:
    answer = client.post("/v1/notes", json={"note_id": str(new_id())}, headers=headers)

    assert (answer.status_code, answer.json["code"]) == (400, "idempotency_key_missing")
    assert count_rows("note") == 0


def test_a_key_in_the_header_makes_a_post_repeatable(client: FlaskClient, count_rows: Count) -> None:
    headers = {"Idempotency-Key": str(new_id())}
    body = {"note_id": str(new_id())}

    answers = [client.post("/v1/notes", json=body, headers=headers) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201] * 3
    assert count_rows("note") == 1


def test_two_at_the_same_moment_take_effect_once(sample: Flask, signer: Signer, count_rows: Count) -> None:
    service: Service = sample.extensions["service"]
    gate = service.parts["gate"]
    assert isinstance(gate, Gate)
    note_id = new_id()
    statuses: list[int] = []
    callers = [threading.Thread(target=_put_slowly, args=(sample, signer, note_id, statuses)) for _ in range(2)]

    for caller in callers:
        caller.start()
    assert gate.entered.acquire(timeout=10)
    gate.open.set()
    for caller in callers:
        caller.join(10)

    assert statuses == [201, 201]
    assert not gate.entered.acquire(blocking=False)
    assert count_rows("note") == 1


def _put_slowly(sample: Flask, signer: Signer, note_id: UUID, statuses: list[int]) -> None:
    answer = sample.test_client().put(f"/v1/slow-notes/{note_id}", headers=signer.headers())
    statuses.append(answer.status_code)
