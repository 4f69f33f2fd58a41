"""The jobs that set databases up, as compose and the cluster run them: in this order, and each of them again."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest

from tests.distributed.test_roles_of_services import ROOT
from tests.support.postgres import PASSWORD, DatabaseFactory, FreshDatabase

NAME = "ledger"


@pytest.fixture
def create(database_factory: DatabaseFactory) -> Iterator[dict[str, str]]:
    """The variables of the job that creates; its database is dropped afterwards."""
    database_factory.drop(NAME)
    yield {
        "CREATE_SUPERUSER_URL": database_factory.server.superuser_url(),
        "CREATE_NAMES": NAME,
        "CREATE_OWNER_PASSWORD": PASSWORD,
        "CREATE_APP_PASSWORD": PASSWORD,
        "CREATE_READER_PASSWORD": PASSWORD,
        "CREATE_MORE_ROLES": "ledger_relay,ledger_sealer",
        "CREATE_RELAY_PASSWORD": PASSWORD,
        "CREATE_SEALER_PASSWORD": PASSWORD,
        "CREATE_WATCHED": "ledger:journal.record_ddl",
    }
    database_factory.drop(NAME)


@pytest.fixture
def migrating(database_factory: DatabaseFactory, fresh_database: FreshDatabase) -> dict[str, str]:
    """The variables of the ledger's migrating job."""
    return {
        "LEDGER_OWNER_URL": database_factory.urls(NAME, NAME).owner,
        "LEDGER_BUS_URL": fresh_database("bus").app,
    }


def test_both_jobs_end_with_a_watched_journal_and_again_change_nothing(
    database_factory: DatabaseFactory, create: dict[str, str], migrating: dict[str, str]
) -> None:
    left = []
    for _ in range(2):
        _run("libs.db.create", variables=create)
        _run("services.ledger", "migrate", variables=migrating)
        with psycopg.connect(database_factory.server.superuser_url(NAME)) as connection:
            watches = connection.execute(
                "SELECT evtevent, evtenabled::text FROM pg_event_trigger ORDER BY 1"
            ).fetchall()
            version = connection.execute("SELECT version_num FROM alembic_version").fetchall()
            left.append((watches, version))

    assert left[0] == left[1]
    assert left[0][0] == [("ddl_command_end", "A"), ("sql_drop", "A")]


def test_an_owner_who_was_not_let_ends_with_the_reason(create: dict[str, str], migrating: dict[str, str]) -> None:
    _run("libs.db.create", variables=create | {"CREATE_WATCHED": ""})

    ended = _ended("services.ledger", "migrate", variables=migrating)

    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert "python -m libs.db.watched ledger_owner journal.record_ddl" in ended.stderr


def test_what_is_printed_for_a_superuser_is_what_he_needs(
    database_factory: DatabaseFactory, create: dict[str, str], migrating: dict[str, str]
) -> None:
    _run("libs.db.create", variables=create | {"CREATE_WATCHED": ""})
    printed = _ended("libs.db.watched", "ledger_owner", "journal.record_ddl", variables={}).stdout
    with psycopg.connect(database_factory.server.superuser_url(NAME), autocommit=True) as connection:
        connection.execute(printed.encode())

    _run("services.ledger", "migrate", variables=migrating)


def _run(*command: str, variables: dict[str, str]) -> None:
    ended = _ended(*command, variables=variables)
    assert ended.returncode == 0, ended.stderr


def _ended(*command: str, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    environment = variables | {"PATH": os.environ["PATH"]}
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
