"""The services are compared once a night, by the platform's clock, and what differs only for a moment is not told."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from prometheus_client import REGISTRY

from libs.clock import ManualClock, to_microseconds
from libs.db.database import plain_url
from libs.ids import new_id
from libs.settings import read
from services.operator.nightly import Nightly, last_reconciliation, night_of
from services.operator.nightly_role import NightlySettings, reconcile_nightly
from services.operator.reconcile import reconcile
from tests.support.postgres import FreshDatabase

SERVICES = ("accounts", "orders", "ledger", "redemption")
BEFORE, AFTER = datetime(2026, 3, 1, 18, 59, tzinfo=UTC), datetime(2026, 3, 1, 19, 1, tzinfo=UTC)  # 3 o'clock is 19 h.


@pytest.fixture
def urls(fresh_database: FreshDatabase) -> dict[str, str]:
    """The empty databases of the four services, as their owners."""
    return {name: fresh_database(name).owner for name in SERVICES}


@pytest.fixture
def clock(tmp_path: Path) -> ManualClock:
    """A clock just before the nightly hour."""
    clock = ManualClock(tmp_path / "clock")
    clock.set(BEFORE)
    return clock


def know_person(url: str, person_id: UUID) -> None:
    """Give the ledger a wallet of somebody."""
    with psycopg.connect(plain_url(url)) as connection:
        connection.execute(_WALLET, [wallet_of(5), 5, new_id(), person_id])


def wallet_of(kind: int) -> int:
    """Return the number of a wallet of a class in the first book."""
    return (1 << 36) + 16 + kind


def test_it_waits_for_the_hour_runs_once_and_keeps_the_result(
    urls: dict[str, str], clock: ManualClock, tmp_path: Path
) -> None:
    nightly = Nightly(urls, clock, tmp_path / "kept.json", pause=_no_pause)
    before = nightly.run_when_due()
    clock.set(AFTER)
    done = nightly.run_when_due()
    again = nightly.run_when_due()

    assert before is None
    assert again is None
    assert done is not None
    assert done.in_words() == "reconciled in the night of 2026-03-02: the services agree"
    assert last_reconciliation(tmp_path / "kept.json") == done
    assert REGISTRY.get_sample_value("reconciliation_done_timestamp_seconds") == AFTER.timestamp()


def test_a_worker_that_was_down_at_the_hour_compares_when_it_comes_back(
    urls: dict[str, str], clock: ManualClock, tmp_path: Path
) -> None:
    clock.set(AFTER)
    Nightly(urls, clock, tmp_path / "kept.json", pause=_no_pause)
    clock.set(datetime(2026, 3, 2, 20, tzinfo=UTC))
    first = Nightly(urls, clock, tmp_path / "kept.json", pause=_no_pause)
    clock.set(datetime(2026, 3, 3, 20, tzinfo=UTC))
    assert first.run_when_due() is not None
    clock.set(datetime(2026, 3, 6, 12, tzinfo=UTC))

    done = Nightly(urls, clock, tmp_path / "kept.json", pause=_no_pause).run_when_due()

    assert done is not None
    assert done.night == night_of(clock.now())


def test_a_difference_that_stays_is_named_and_counted(urls: dict[str, str], clock: ManualClock, tmp_path: Path) -> None:
    stranger = new_id()
    know_person(urls["ledger"], stranger)
    nightly = Nightly(urls, clock, tmp_path / "kept.json", pause=_no_pause)
    clock.set(AFTER)

    done = nightly.run_when_due()

    assert done is not None
    assert [line for line in done.differences if str(stranger) in line] == list(done.differences)
    assert done.in_words().endswith("1 differences")
    assert REGISTRY.get_sample_value("reconciliation_differences") == 1


def test_a_difference_that_is_gone_at_the_second_look_is_not_told(
    urls: dict[str, str], clock: ManualClock, tmp_path: Path
) -> None:
    person_id = new_id()
    know_person(urls["ledger"], person_id)
    nightly = Nightly(urls, clock, tmp_path / "kept.json", pause=_registering(urls["accounts"], person_id))
    clock.set(AFTER)

    done = nightly.run_when_due()

    assert done is not None
    assert done.differences == ()


def test_where_services_run_apart_a_role_compares_them(
    urls: dict[str, str], clock: ManualClock, tmp_path: Path
) -> None:
    variables = {f"OPERATOR_{name.upper()}_URL": url for name, url in urls.items()}
    variables["OPERATOR_KEPT_FILE"] = str(tmp_path / "kept.json")
    settings = read("operator", NightlySettings, variables)
    earlier = {"night": night_of(BEFORE).isoformat(), "done_at": BEFORE.isoformat(), "differences": ["old"]}
    (tmp_path / "kept.json").write_text(json.dumps(earlier))
    stopped = threading.Event()
    thread = threading.Thread(target=lambda: reconcile_nightly(settings, stopped, clock, look_seconds=0.05))

    thread.start()
    clock.set(AFTER)
    end = time.monotonic() + 20
    while (last := last_reconciliation(tmp_path / "kept.json")) and last.differences and time.monotonic() < end:
        time.sleep(0.05)
    stopped.set()
    thread.join(10)

    assert last is not None
    assert (last.night, last.differences) == (night_of(AFTER), ())
    assert not thread.is_alive()


def test_the_platforms_clock_tells_an_old_hold(urls: dict[str, str]) -> None:
    act = new_id()
    with psycopg.connect(plain_url(urls["ledger"])) as connection:
        connection.execute(_HOLD, [wallet_of(5), wallet_of(8), to_microseconds(BEFORE), act])

    soon = reconcile(urls, now=AFTER)
    late = reconcile(urls, now=datetime(2026, 6, 1, tzinfo=UTC))

    assert [difference.check for difference in soon if difference.check == "old holds"] == []
    assert [difference.subject for difference in late if difference.check == "old holds"] == [str(act)]


def _no_pause(_seconds: float) -> None:
    """What differs differs for good here."""


def _registering(url: str, person_id: UUID) -> Callable[[float], None]:
    def register(_seconds: float) -> None:
        with psycopg.connect(plain_url(url)) as connection:
            connection.execute("ALTER TABLE person DROP CONSTRAINT person_home_unit_id_fkey")
            connection.execute(_PERSON, [person_id])

    return register


_WALLET = """
INSERT INTO journal.wallet (wallet, opened_at, book, class, wallet_id, owner) VALUES (%s, 0, 1, %s, %s, %s)"""
_HOLD = """
INSERT INTO journal.entry (pos, debit, credit, debit_after, credit_after, effective_at, recorded_at, book, minutes,
    debit_version, credit_version, policy_version, reason, outcome, leg, legs, evidence, request_id, cause, act_id,
    actor, checker, salt, leaf_hash)
SELECT 1, d, c, 0, 60, at, at, 1, 60, 1, 1, 1, 20, 0, 1, 1, 0, act, act, act, act, act, act, ''
FROM (VALUES (%s::bigint, %s::bigint, %s::bigint, %s::uuid)) AS v (d, c, at, act)"""
_PERSON = """
INSERT INTO person (person_id, status, home_unit_id, born, sex, grade, hardship, has_phone, training, clean_record,
    certificates, was_volunteer, registered_at, version)
VALUES (%s, 'active', gen_random_uuid(), '1950-01-01', 'f', '', '{}', true, false, true, '{}', false, now(), 1)"""
