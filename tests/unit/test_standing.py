"""Who calls is looked up when they act: the token says who, and what it said of them yesterday counts for nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from libs.clock import machine_now
from libs.db import Connection, Database
from libs.http import Service
from libs.http.actor import RoleAt
from libs.http.auth import ONE_FACTOR_AUDIENCE
from libs.ids import new_id
from libs.programme.standing import refuse_erased, refuse_sessions, save_standing
from tests.unit.sample_service.service import UNIT, tell_sample_service
from tests.unit.sample_service.tokens import CLERK, SESSION, Signer

Count = Callable[[str], int]
NOTE = {"text": "Call back", "minutes": 30}
SOON, LONG_AGO = timedelta(minutes=10), timedelta(minutes=-10)


@pytest.fixture
def database(sample: Flask) -> Database:
    """The sample service's own."""
    service: Service = sample.extensions["service"]
    return service.database


def _put(client: FlaskClient, note_id: UUID | None = None) -> TestResponse:
    return client.put(f"/v1/notes/{note_id or new_id()}", json=NOTE)


def _end_sessions(database: Database, *session_ids: UUID, after: timedelta = SOON) -> None:
    with database.transaction() as connection:
        refuse_sessions(connection, session_ids, tokens_end_at=machine_now() + after)


def test_a_token_from_before_gives_no_role_that_was_taken_away(
    sample: Flask, client: FlaskClient, count_rows: Count
) -> None:
    assert _put(client).status_code == 201

    tell_sample_service(sample, CLERK, role="visitor")

    assert (_put(client).status_code, _put(client).json["code"]) == (403, "not_authorised")
    assert count_rows("note") == 1


def test_a_role_given_now_counts_with_a_token_from_before(sample: Flask, client: FlaskClient) -> None:
    tell_sample_service(sample, CLERK, role="visitor")
    assert _put(client).status_code == 403

    tell_sample_service(sample, CLERK)

    assert _put(client).status_code == 201


@pytest.mark.parametrize("status", ["deceased", "sealed", "erased", "whatever comes later"])
def test_who_is_no_more_is_not_signed_in(sample: Flask, client: FlaskClient, count_rows: Count, status: str) -> None:
    tell_sample_service(sample, CLERK, status=status)

    for answer in (client.get("/v1/notes"), _put(client)):
        assert (answer.status_code, answer.json["code"]) == (401, "not_signed_in")
    assert count_rows("note") == count_rows("command") == 0


def test_who_is_suspended_reads_and_changes_nothing(sample: Flask, client: FlaskClient, count_rows: Count) -> None:
    tell_sample_service(sample, CLERK, status="suspended")

    assert client.get("/v1/notes").status_code == 200
    refused = [_put(client), client.post("/v1/notes", json={}), client.put(f"/v1/slow-notes/{new_id()}")]

    assert [(answer.status_code, answer.json["code"]) for answer in refused] == [(403, "person_suspended")] * 3
    assert count_rows("note") == count_rows("command") == 0


def test_staff_do_nothing_in_a_session_without_the_second_factor_that_is_asked_of_them(
    sample: Flask, client: FlaskClient, signer: Signer, count_rows: Count
) -> None:
    client.environ_base["HTTP_AUTHORIZATION"] = signer.headers(aud=ONE_FACTOR_AUDIENCE)["Authorization"]
    assert _put(client).status_code == 201  # A clerk of the sample is no member of staff.

    tell_sample_service(sample, CLERK, role="coordinator")

    for answer in (client.get("/v1/notes"), _put(client)):
        assert (answer.status_code, answer.json["code"]) == (403, "second_factor_required")
    assert count_rows("note") == 1
    client.environ_base["HTTP_AUTHORIZATION"] = signer.headers()["Authorization"]
    assert client.get("/v1/notes").status_code == 200


def test_who_becomes_staff_while_they_ask_is_asked_for_the_second_factor(
    sample: Flask, client: FlaskClient, signer: Signer, monkeypatch: pytest.MonkeyPatch, count_rows: Count
) -> None:
    tell_sample_service(sample, CLERK, role="coordinator")
    client.environ_base["HTTP_AUTHORIZATION"] = signer.headers(aud=ONE_FACTOR_AUDIENCE)["Authorization"]
    monkeypatch.setattr("libs.http.auth.refuse_without_second_factor", lambda _actor: None)

    assert (_put(client).status_code, _put(client).json["code"]) == (403, "second_factor_required")
    assert count_rows("note") == 0


def test_a_suspension_is_no_answer_of_the_command(sample: Flask, client: FlaskClient) -> None:
    note_id = new_id()
    tell_sample_service(sample, CLERK, status="suspended")
    assert _put(client, note_id).status_code == 403

    tell_sample_service(sample, CLERK)

    assert _put(client, note_id).status_code == 201


def test_who_is_not_known_yet_comes_again(sample: Flask, signer: Signer, count_rows: Count) -> None:
    headers = signer.headers(sub=str(new_id()))

    for answer in (
        sample.test_client().get("/v1/notes", headers=headers),
        sample.test_client().put(f"/v1/notes/{new_id()}", json=NOTE, headers=headers),
    ):
        assert (answer.status_code, answer.json["code"]) == (503, "caller_not_yet_known")
        assert int(answer.headers["Retry-After"]) > 0
    assert count_rows("note") == 0


def test_what_is_public_asks_nobody_who_calls(sample: Flask, signer: Signer) -> None:
    headers = signer.headers(sub=str(new_id()))

    assert sample.test_client().get("/v1/opening-hours", headers=headers).status_code == 200


def test_an_ended_session_is_not_signed_in_and_another_of_the_same_person_is(
    sample: Flask, client: FlaskClient, signer: Signer, database: Database
) -> None:
    _end_sessions(database, new_id(), SESSION)

    other = sample.test_client().get("/v1/notes", headers=signer.headers(sid=str(new_id())))

    assert (client.get("/v1/notes").status_code, _put(client).status_code, other.status_code) == (401, 401, 200)


def test_an_ended_session_is_forgotten_when_no_token_of_it_can_be_valid(database: Database, count_rows: Count) -> None:
    _end_sessions(database, new_id(), new_id(), after=LONG_AGO)
    assert count_rows("ended_session") == 0

    _end_sessions(database, SESSION)
    _end_sessions(database, new_id())

    assert count_rows("ended_session") == 2


def test_a_person_is_known_as_they_were_told_last_and_of_the_erased_only_that_they_are(database: Database) -> None:
    held = RoleAt("clerk", UNIT)
    rows = []
    states: tuple[Callable[[Connection], None], ...] = (
        lambda connection: save_standing(connection, CLERK, status="active", roles=[held, held]),
        lambda connection: refuse_erased(connection, CLERK),
    )
    for tell in states:
        with database.transaction() as connection:
            tell(connection)
            query = sa.text("SELECT status, roles, unit_ids FROM standing WHERE person_id = :id")
            rows.append(tuple(connection.execute(query, {"id": CLERK}).one()))

    assert rows == [("active", ["clerk"], [UNIT]), ("erased", [], [])]


@pytest.fixture
def held_back(sample: Flask, client: FlaskClient, database: Database) -> Callable[[Callable[[], None]], int]:
    """What runs a command whose transaction begins only after something else has committed; returns its status."""
    service: Service = sample.extensions["service"]
    begun, go_on = threading.Event(), threading.Event()
    transaction = database.transaction

    def late() -> object:
        begun.set()
        assert go_on.wait(10)
        return transaction()

    def run(meanwhile: Callable[[], None]) -> int:
        statuses: list[int] = []
        slow = Database(database.url)
        slow.transaction = late  # type: ignore[method-assign,assignment]  # the double waits, the rest is real
        object.__setattr__(service, "database", slow)
        caller = threading.Thread(target=lambda: statuses.append(_put(client).status_code))
        caller.start()
        assert begun.wait(10)
        object.__setattr__(service, "database", database)
        meanwhile()
        go_on.set()
        caller.join(10)
        slow.dispose()
        return statuses[0]

    return run


@pytest.mark.parametrize(
    ("now", "status"), [({"status": "suspended"}, 403), ({"status": "deceased"}, 401), ({"role": "visitor"}, 503)]
)
def test_what_committed_before_the_commands_transaction_is_seen_in_it(
    sample: Flask,
    held_back: Callable[[Callable[[], None]], int],
    count_rows: Count,
    now: dict[str, str],
    status: int,
) -> None:
    answered = held_back(lambda: tell_sample_service(sample, CLERK, **now))  # type: ignore[arg-type]  # names of tell_sample_service's own

    assert answered == status
    assert count_rows("note") == count_rows("command") == 0


def test_a_session_that_ended_before_the_commands_transaction_is_seen_in_it(
    held_back: Callable[[Callable[[], None]], int], database: Database, count_rows: Count
) -> None:
    answered = held_back(lambda: _end_sessions(database, SESSION))

    assert answered == 401
    assert count_rows("note") == 0
