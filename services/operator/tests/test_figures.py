"""What an operator watches is what the databases say, is told without persons, and grows old where one is away."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from prometheus_client import REGISTRY

from libs.clock import ManualClock, to_microseconds
from libs.db import Database
from libs.db.database import plain_url
from libs.db.migrations import ServiceUrls
from libs.ids import new_id
from services.ledger.domain.reasons import Reason
from services.ledger.domain.wallets import WalletClass
from services.operator.credit_sums import CreditReader, CreditSums
from services.operator.figures import Figures, backups_done
from tests.support.postgres import FreshDatabase

SERVICES = ("accounts", "orders", "ledger", "redemption")
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
BOOK = 1


@pytest.fixture
def databases(fresh_database: FreshDatabase) -> dict[str, ServiceUrls]:
    """The empty databases of the four services, with their ways in."""
    return {name: fresh_database(name) for name in SERVICES}


@pytest.fixture
def clock(tmp_path: Path) -> ManualClock:
    """A clock that stands."""
    clock = ManualClock(tmp_path / "clock")
    clock.set(NOW)
    return clock


def figure(name: str, **labels: str) -> float | None:
    """Return a figure as it would be told now."""
    return REGISTRY.get_sample_value(name, labels)


def write(database: ServiceUrls, statement: str, *values: object) -> None:
    """Write a row, as the owner."""
    with psycopg.connect(plain_url(database.owner)) as connection:
        connection.execute(statement.encode(), values)


def move(
    database: ServiceUrls, pos: int, debit: WalletClass, credit: WalletClass, minutes: int, reason: int, act: UUID
) -> None:
    """Add a row to the journal: so many minutes from one wallet of a class to one of another."""
    numbers = [(BOOK << 36) + 16 + int(kind) for kind in (debit, credit)]
    write(database, _ENTRY, pos, *numbers, to_microseconds(NOW - timedelta(minutes=10)), minutes, pos, reason, act)


def test_credit_is_summed_as_it_moves_and_each_row_is_read_once(
    databases: dict[str, ServiceUrls],
) -> None:
    database, first, second = databases["ledger"], new_id(), new_id()
    write(database, _BOOK)
    reader = CreditReader()
    move(database, 1, WalletClass.ISSUANCE, WalletClass.EARNED, 240, Reason.HOURS_APPROVED, new_id())
    move(database, 2, WalletClass.EARNED, WalletClass.EARNED_HELD, 120, Reason.HOLD, first)
    move(database, 3, WalletClass.EARNED, WalletClass.EARNED_HELD, 60, Reason.HOLD, second)

    assert read(database, reader) == CreditSums(issued=240, outstanding=240, held=180, holds_open=2)

    move(database, 4, WalletClass.EARNED_HELD, WalletClass.EARNED, 90, Reason.REDEMPTION_CAPTURED, first)
    move(database, 5, WalletClass.EARNED_HELD, WalletClass.EARNED, 30, Reason.HOLD_RELEASED, first)

    after = CreditSums(issued=240, redeemed=90, outstanding=240, held=60, holds_open=1)
    assert read(database, reader) == after
    assert read(database, reader) == after
    assert read(database, CreditReader()) == after


def test_a_ledger_that_was_put_back_is_read_anew(databases: dict[str, ServiceUrls]) -> None:
    database, reader = databases["ledger"], CreditReader()
    write(database, _BOOK)
    move(database, 1, WalletClass.ISSUANCE, WalletClass.EARNED, 240, Reason.HOURS_APPROVED, new_id())
    read(database, reader)

    write(database, "ALTER TABLE journal.entry DISABLE TRIGGER ALL")
    write(database, "DELETE FROM journal.entry")
    move(database, 1, WalletClass.ISSUANCE, WalletClass.EARNED, 30, Reason.HOURS_APPROVED, new_id())

    assert read(database, reader).issued == 30


def test_the_figures_of_an_empty_platform_are_told_as_nothing(
    databases: dict[str, ServiceUrls], clock: ManualClock
) -> None:
    figures_of(databases, clock).look()

    assert figure("ledger_issued_minutes") == 0
    assert figure("ledger_oldest_unsealed_seconds") == 0
    assert figure("ledger_schema_changed_timestamp_seconds") == 0
    assert {figure("orders_queue_orders", queue=name) for name in ("review", "approval", "dispute")} == {0}
    assert figure("orders_open_incidents_oldest_seconds") == 0
    assert {figure("outbox_length_events", service=name) for name in SERVICES} >= {0}


def test_what_waits_is_told_with_its_age(databases: dict[str, ServiceUrls], clock: ManualClock) -> None:
    answered, unanswered = new_id(), new_id()
    for incident_id, minutes, state in ((answered, 20, "acknowledged"), (unanswered, 5, "nobody_on_duty")):
        write(databases["orders"], _INCIDENT, incident_id, NOW - timedelta(minutes=minutes))
        write(databases["orders"], _CALL, incident_id, state, NOW)
    write(databases["ledger"], _BOOK)
    move(databases["ledger"], 1, WalletClass.ISSUANCE, WalletClass.EARNED, 60, Reason.HOURS_APPROVED, new_id())
    write(databases["ledger"], "INSERT INTO journal.ddl (command, object, statement) VALUES ('x', 'y', 'z')")

    figures_of(databases, clock).look()

    assert figure("orders_open_incidents") == 2
    assert figure("orders_open_incidents_oldest_seconds") == 1200
    assert figure("orders_unanswered_calls") == 1
    assert figure("orders_unanswered_calls_oldest_seconds") == 300
    assert figure("ledger_oldest_unsealed_seconds") == 600
    changed_at = figure("ledger_schema_changed_timestamp_seconds")
    assert changed_at is not None
    assert changed_at > datetime(2026, 1, 1, tzinfo=UTC).timestamp()


def test_a_database_that_is_away_leaves_the_others_and_its_own_time_as_they_were(
    databases: dict[str, ServiceUrls], clock: ManualClock
) -> None:
    readers = {name: database.reader for name, database in databases.items()}
    Figures(readers, clock).look()
    before = {name: figure("figures_read_timestamp_seconds", service=name) for name in SERVICES}

    Figures(readers | {"orders": "postgresql://nobody@127.0.0.1:9/nothing"}, clock).look()

    after = {name: figure("figures_read_timestamp_seconds", service=name) for name in SERVICES}
    assert {name for name in SERVICES if after[name] == before[name]} == {"orders"}


def test_it_looks_until_it_is_told_to_stop(databases: dict[str, ServiceUrls], clock: ManualClock) -> None:
    stopped = threading.Event()
    thread = threading.Thread(target=figures_of(databases, clock).look_until, args=(stopped,))
    thread.start()

    stopped.set()
    thread.join(30)

    assert not thread.is_alive()


@pytest.mark.parametrize("content", ["", "[]", '{"whole": "yesterday"}', "null"])
def test_a_file_of_backups_that_says_nothing_is_no_backup(tmp_path: Path, content: str) -> None:
    file = tmp_path / "backups.json"
    file.write_text(content)

    assert backups_done(file) == {}
    assert backups_done(tmp_path / "nowhere.json") == {}
    assert backups_done(None) == {}


def test_backups_and_the_disk_are_told_where_they_are_known(
    databases: dict[str, ServiceUrls], clock: ManualClock, tmp_path: Path
) -> None:
    (tmp_path / "backups.json").write_text(json.dumps({"whole": 1000, "log": 2000}))
    readers = {name: database.reader for name, database in databases.items()}

    Figures(readers, clock, backup_file=tmp_path / "backups.json", disk=tmp_path / "not" / "there").look()

    assert figure("backup_done_timestamp_seconds", kind="whole") == 1000
    assert figure("backup_done_timestamp_seconds", kind="log") == 2000
    assert 0 < (figure("disk_free_bytes", folder="data") or 0) <= (figure("disk_size_bytes", folder="data") or 0)


def figures_of(databases: dict[str, ServiceUrls], clock: ManualClock) -> Figures:
    """Return what reads these databases."""
    return Figures({name: database.reader for name, database in databases.items()}, clock)


def read(database: ServiceUrls, reader: CreditReader) -> CreditSums:
    """Read on, as the operator does."""
    source = Database(database.reader, pool_max=1)
    with source.reading() as connection:
        sums = reader.read(connection)
    source.dispose()
    return sums


_BOOK = "INSERT INTO journal.book (book, district_id, opened_at) VALUES (1, gen_random_uuid(), 0)"
_ENTRY = """
INSERT INTO journal.entry (pos, debit, credit, debit_after, credit_after, effective_at, recorded_at, book, minutes,
    debit_version, credit_version, policy_version, reason, outcome, leg, legs, evidence, request_id, cause, act_id,
    actor, checker, salt, leaf_hash)
SELECT pos, debit, credit, 0, 0, at, at, 1, minutes, version, version, 1, reason, 0, 1, 1, 0, gen_random_uuid(), act,
    act, act, act, act, uuid_send(gen_random_uuid())
FROM (VALUES (%s::bigint, %s::bigint, %s::bigint, %s::bigint, %s::int, %s::int, %s::smallint, %s::uuid))
    AS v (pos, debit, credit, at, minutes, version, reason, act)"""
_CALL = """
INSERT INTO duty_call (incident_id, unit_id, district_id, caller_id, state, opened_at)
VALUES (%s, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), %s, %s)"""
_INCIDENT = """
INSERT INTO incident (incident_id, kind, state, unit_id, district_id, words, opened_by, opened_at, why, outcome)
VALUES (%s, 'urgent_call', 'escalated', gen_random_uuid(), gen_random_uuid(), '', gen_random_uuid(), %s, '', '')"""
