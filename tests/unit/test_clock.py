"""One time for all processes, and local days by the programme's zone."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from libs.clock import (
    ManualClock,
    SystemClock,
    from_microseconds,
    local_date,
    local_midnight,
    machine_now,
    monotonic,
    to_microseconds,
)

INSTANT = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)
READ = """
import pathlib, sys
from libs.clock import ManualClock
print(ManualClock(pathlib.Path(sys.argv[1])).now())
"""


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 3, 1, 15, 59, tzinfo=UTC), date(2026, 3, 1)),
        (datetime(2026, 3, 1, 16, 0, tzinfo=UTC), date(2026, 3, 2)),
    ],
)
def test_the_local_day_begins_at_midnight_in_the_programme_zone(instant: datetime, day: date) -> None:
    assert local_date(instant) == day


def test_local_midnight_is_where_the_local_day_begins() -> None:
    assert local_midnight(date(2026, 3, 2)) == INSTANT
    assert local_date(local_midnight(date(2026, 3, 2)) - timedelta(microseconds=1)) == date(2026, 3, 1)


@pytest.mark.parametrize(
    "instant",
    [INSTANT, datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=UTC)],
)
def test_microseconds_lose_nothing(instant: datetime) -> None:
    assert from_microseconds(to_microseconds(instant)) == instant


def test_a_manual_clock_stands_still_and_is_shared_by_processes(tmp_path: Path) -> None:
    path = tmp_path / "clock"
    clock = ManualClock(path)
    clock.set(INSTANT)

    seen = subprocess.run([sys.executable, "-c", READ, str(path)], capture_output=True, text=True, check=True)

    assert clock.now() == INSTANT
    assert seen.stdout.strip() == str(INSTANT)


def test_a_manual_clock_that_is_not_set_follows_the_machine(tmp_path: Path) -> None:
    clock = ManualClock(tmp_path / "clock")
    before = machine_now()

    assert before <= clock.now() <= machine_now()
    clock.set(INSTANT)
    clock.follow_machine()
    assert before <= clock.now() <= machine_now()


def test_the_system_clock_is_the_machine_in_utc() -> None:
    before = machine_now()

    now = SystemClock().now()

    assert before <= now <= machine_now()
    assert now.tzinfo is UTC


def test_monotonic_never_goes_back() -> None:
    assert monotonic() <= monotonic()
