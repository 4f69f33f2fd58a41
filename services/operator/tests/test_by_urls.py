"""The operator's acts on a platform that runs apart, from a desk that has only the readers' ways in."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from libs.db.database import plain_url
from services.operator.commands import main
from services.operator.platform import SERVICES, operator_name
from tests.support.postgres import FreshDatabase

Desk = dict[str, str]


@pytest.fixture
def desk(fresh_database: FreshDatabase) -> Desk:
    """The variables of a desk that may only read."""
    return {f"OPERATOR_{name.upper()}_URL": fresh_database(name).reader for name in SERVICES}


def _run(desk: Desk, folder: Path, *command: str) -> Result:
    return CliRunner().invoke(main, ["--data", str(folder), *command], env=desk)


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("verify",), "say where Kafka is with --kafka, or OPERATOR_KAFKA"),
        (("verify", "--no-topic"), "the ledger is whole"),
        (("reconcile",), "the services agree"),
        (("events", "list"), "nothing is set aside, no stream has stopped"),
        (("events", "positions", "orders"), ""),
        (("ledger", "look"), "nothing to look at"),
    ],
    ids=" ".join,
)
def test_what_only_looks_works_with_the_readers_alone(
    desk: Desk, tmp_path: Path, command: tuple[str, ...], says: str
) -> None:
    result = _run(desk, tmp_path, *command)

    assert result.exit_code == 0, result.output
    assert says in result.output


def test_what_mends_says_which_way_in_it_needs(desk: Desk, tmp_path: Path) -> None:
    result = _run(desk, tmp_path, "events", "replay", "orders", "1", "--reason", "x", "--yes")

    assert result.exit_code == 1
    assert "set OPERATOR_ORDERS_APP_URL, as orders_app" in result.output


def test_a_reader_in_the_place_of_the_service_is_refused_with_the_reason(desk: Desk, tmp_path: Path) -> None:
    given = desk | {"OPERATOR_ORDERS_APP_URL": desk["OPERATOR_ORDERS_URL"]}

    result = _run(given, tmp_path, "events", "move", "orders", "topic", "stream", "1", "--reason", "x", "--yes")

    assert result.exit_code == 1
    assert "permission denied" in result.output
    assert "OPERATOR_<SERVICE>_APP_URL for <service>_app" in result.output


def test_logs_are_made_anew_only_where_they_are(desk: Desk, tmp_path: Path) -> None:
    result = _run(desk, tmp_path, "ledger", "rebuild")

    assert result.exit_code == 1
    assert "OPERATOR_LOG_FOLDER" in result.output


def test_a_right_that_is_missing_is_refused_with_the_reason(
    desk: Desk, fresh_database: FreshDatabase, tmp_path: Path
) -> None:
    orders = fresh_database("orders")
    with psycopg.connect(plain_url(orders.owner), autocommit=True) as connection:
        connection.execute("REVOKE SELECT ON inbox_parked FROM orders_reader")

    result = _run(desk | {"OPERATOR_ORDERS_URL": orders.reader}, tmp_path, "events", "list")

    assert result.exit_code == 1
    assert "permission denied for table inbox_parked" in result.output
    assert "OPERATOR_<SERVICE>_URL is for <service>_reader" in result.output


def test_a_database_that_is_away_is_named_in_one_line(desk: Desk, tmp_path: Path) -> None:
    away = "postgresql://ledger_reader:not-told@127.0.0.1:9/ledger"

    result = _run(desk | {"OPERATOR_LEDGER_URL": away}, tmp_path, "reconcile")

    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert "not-told" not in result.output


def test_all_databases_are_named_or_none(desk: Desk, tmp_path: Path) -> None:
    del desk["OPERATOR_ORDERS_URL"]

    result = _run(desk, tmp_path, "reconcile")

    assert result.exit_code == 1
    assert "OPERATOR_ORDERS_URL is not set: name all four databases" in result.output


def test_a_user_without_a_name_is_a_job(monkeypatch: pytest.MonkeyPatch) -> None:
    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found: 12345")

    monkeypatch.setattr("getpass.getuser", nameless)

    assert operator_name() == "a job"
