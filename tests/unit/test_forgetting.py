"""Answers of commands are kept for their time, and forgotten after it, some at a time, by nobody but their owner."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import ProgrammingError

from libs import housekeeping
from libs.clock import machine_now
from libs.db import Connection, Database
from libs.db.database import plain_url
from libs.housekeeping import FAILS, Housekeeping
from libs.http import Service
from libs.http.forgetting import COMMANDS_KEPT_DAYS, COMMANDS_KEPT_DAYS_MIN, forget_old_commands
from libs.ids import new_id
from services.accounts.sign_in.usecases.sign_in import SESSION_LIFETIME

Count = Callable[[str], int]
NOTE = {"text": "Call back", "minutes": 30}


@pytest.fixture
def database(sample: Flask) -> Database:
    """The sample service's database."""
    service: Service = sample.extensions["service"]
    return service.database


def grow_old(database: Database, days: float) -> None:
    """Let every command that is kept be so much older."""
    owner = plain_url(database.url).replace("desk_app:", "desk_owner:")
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("UPDATE command SET recorded_at = recorded_at - %s * interval '1 day'", [days])


def test_the_time_is_longer_than_anybody_may_repeat_a_command() -> None:
    assert SESSION_LIFETIME.days < COMMANDS_KEPT_DAYS_MIN <= COMMANDS_KEPT_DAYS


def test_within_the_time_the_same_answer_comes_and_after_it_the_domain_answers(
    client: FlaskClient, database: Database, count_rows: Count
) -> None:
    note_id = new_id()
    first = client.put(f"/v1/notes/{note_id}", json=NOTE)
    refused = client.put(f"/v1/notes/{(refused_id := new_id())}", json=NOTE | {"minutes": 500})

    grow_old(database, COMMANDS_KEPT_DAYS - 1)
    with database.transaction() as connection:
        assert forget_old_commands(connection) == 0
    assert client.put(f"/v1/notes/{note_id}", json=NOTE).json == first.json
    assert client.put(f"/v1/notes/{refused_id}", json=NOTE | {"minutes": 500}).json["code"] == refused.json["code"]

    grow_old(database, 2)
    with database.transaction() as connection:
        assert forget_old_commands(connection) == 2
    assert count_rows("command") == 0
    assert count_rows("note") == 1


def test_old_ones_are_forgotten_in_batches_while_new_ones_come(
    client: FlaskClient, database: Database, count_rows: Count, monkeypatch: pytest.MonkeyPatch
) -> None:
    _keep_many(database, 2500)
    grow_old(database, COMMANDS_KEPT_DAYS + 1)
    monkeypatch.setattr(housekeeping, "FIRST_LOOK_SECONDS", 0.0)
    looking = Housekeeping("notes", database)
    taken: list[int] = []
    writer = threading.Thread(
        target=lambda: taken.extend(client.put(f"/v1/notes/{new_id()}", json=NOTE).status_code for _ in range(20))
    )
    writer.start()

    batches = [looking.run_when_due() for _ in range(5)]

    writer.join()
    assert batches == [1000, 1000, 500, 0, 0]
    assert taken == [201] * 20
    assert count_rows("command") == 20


def test_what_fails_is_told_and_tried_again_and_stops_nobody(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "FIRST_LOOK_SECONDS", 0.0)
    monkeypatch.setattr(housekeeping, "RETRY_SECONDS", 0.0)
    gauge: list[float] = []
    monkeypatch.setattr(FAILS, "set", lambda _service, to: gauge.append(to))
    broken = [True]

    def act(connection: Connection) -> int:
        return int(connection.scalar(sa.text("SELECT 1 / 0" if broken[0] else "SELECT 7")) or 0)

    looking = Housekeeping("notes", database, [act])

    assert looking.run_when_due() == 0
    broken[0] = False
    assert looking.run_when_due() == 7
    assert gauge == [0, 1, 0]
    assert looking.run_when_due() == 0  # For an hour.


def test_the_service_can_neither_delete_one_nor_shorten_the_time(client: FlaskClient, database: Database) -> None:
    client.put(f"/v1/notes/{new_id()}", json=NOTE)
    grow_old(database, COMMANDS_KEPT_DAYS_MIN - 1)

    with database.transaction() as connection:
        assert connection.scalar(sa.text("SELECT command_forget_old(0)")) == 0
    with pytest.raises(ProgrammingError, match="permission denied"), database.transaction() as connection:
        connection.execute(sa.text("DELETE FROM command"))


def _keep_many(database: Database, count: int) -> None:
    now: datetime = machine_now()
    with database.transaction() as connection:
        connection.execute(
            sa.text("""
                INSERT INTO command (caller, command_id, fingerprint, answer, recorded_at)
                SELECT gen_random_uuid(), gen_random_uuid(), sha256('x'), '{}', :now
                FROM generate_series(1, :count)"""),
            {"count": count, "now": now},
        )
