"""The drill: a backup under load, everything killed, a restore elsewhere, and on it goes; and what is refused."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import psycopg
import pytest

from libs.db.database import plain_url
from services.operator.platform import find
from tests.e2e.platform import ROOT, Started, run, started
from tests.e2e.test_metrics import value

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

Rows = set[tuple[int, int, bytes]]


@dataclass(frozen=True)
class Kept:
    """What is left after the disaster: backups, their key, heads kept elsewhere, and what was acknowledged when."""

    place: Path
    key: Path
    heads: Path
    later_heads: Path
    acknowledged: Rows
    before_the_end: datetime
    acknowledged_before: Rows


def timebank(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the operator's command on a data folder."""
    return run("services.operator", "--data", str(folder), *arguments, seconds=300)


def journal(folder: Path) -> Rows:
    """Return the rows of all books, by their hashes."""
    with psycopg.connect(plain_url(find(folder).readers["ledger"])) as connection:
        rows = connection.execute("SELECT book, pos, leaf_hash FROM journal.entry").fetchall()
    return {(book, position, bytes(leaf_hash)) for book, position, leaf_hash in rows}


def play(platform: Started) -> subprocess.Popen[str]:
    """Begin to drive the main flow through the public API."""
    command = [sys.executable, "-m", "services.operator", "--data", str(platform.folder), "demo"]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def finish(playing: subprocess.Popen[str]) -> None:
    """Wait until it has come out exactly."""
    printed, _ = playing.communicate(timeout=300)
    assert playing.returncode == 0, printed


def kill(platform: Started) -> None:
    """Let nothing be left of it, and of what it kept."""
    for pid in platform.pids().values():
        os.kill(pid, signal.SIGKILL)
    platform.process.wait()
    shutil.rmtree(platform.folder)


@pytest.fixture(scope="module")
def kept(lasting_place: Path) -> Kept:
    """Back a platform up while it works, let it go on, and kill all of it."""
    place, key = lasting_place / "backups", lasting_place / "backup.key"
    with started(lasting_place / "data", "--city-orders", "6") as platform:
        folder = platform.folder
        assert timebank(folder, "key", str(key)).returncode == 0
        older = timebank(folder, "backup", str(place), "--key", str(key))
        assert older.returncode == 0, older.stdout + older.stderr
        playing = play(platform)
        whole = timebank(folder, "backup", str(place), "--key", str(key), "--keep", "1")
        assert whole.returncode == 0, whole.stdout + whole.stderr
        assert "removed" in whole.stdout
        assert len(list(place.glob("base-*"))) == 1
        finish(playing)
        acknowledged_before, before_the_end = journal(folder), datetime.now(UTC)
        finish(play(platform))
        heads = shutil.copytree(folder / "witness" / "heads", lasting_place / "heads")
        acknowledged = journal(folder)
        log = timebank(folder, "backup", str(place), "--key", str(key), "--log")
        assert log.returncode == 0, log.stdout + log.stderr
        for kind in ("whole", "log"):
            done_at = partial(value, platform, "backup_done_timestamp_seconds", kind=kind)
            platform.await_that(lambda done_at=done_at: done_at() > 0, seconds=120)  # type: ignore[misc]
        finish(play(platform))  # What comes after the last backup is lost.
        later_heads = shutil.copytree(folder / "witness" / "heads", lasting_place / "later-heads")
        kill(platform)
    return Kept(place, key, heads, later_heads, acknowledged, before_the_end, acknowledged_before)


def test_after_the_restore_nothing_of_before_the_point_is_lost_and_it_goes_on(kept: Kept, place: Path) -> None:
    restore_and_go_on(kept, place)


@pytest.mark.kafka
def test_what_kafka_had_is_lost_with_the_machine_and_nothing_counts_twice(place: Path) -> None:
    """No topic is in a backup: every group takes the new epoch, and is told again what it had not applied."""
    backups, key = place / "backups", place / "backup.key"
    with started(place / "data", "--city-orders", "6", "--broker", "kafka") as platform:
        assert timebank(platform.folder, "key", str(key)).returncode == 0
        playing = play(platform)
        whole = timebank(platform.folder, "backup", str(backups), "--key", str(key))
        finish(playing)
        heads = shutil.copytree(platform.folder / "witness" / "heads", place / "heads")
        acknowledged, now = journal(platform.folder), datetime.now(UTC)
        log = timebank(platform.folder, "backup", str(backups), "--key", str(key), "--log")
        kill(platform)
    assert (whole.returncode, log.returncode) == (0, 0), whole.stderr + log.stderr

    kept = Kept(backups, key, heads, heads, acknowledged, now, acknowledged)
    restore_and_go_on(kept, place / "again", "--broker", "kafka")


def restore_and_go_on(kept: Kept, place: Path, *options: str) -> None:
    """Restore the latest, play on, and hold it against what was acknowledged and what the ledger's proofs say."""
    folder = place / "data"

    restored = timebank(folder, "restore", str(kept.place), "--key", str(kept.key), "--checkpoint", str(kept.heads))
    assert restored.returncode == 0, restored.stdout + restored.stderr
    with started(folder, "--city-orders", "6", *options) as platform:
        rows = journal(folder)
        finish(play(platform))
        verified = timebank(folder, "verify", "--checkpoint", str(kept.heads))
        reconciled = timebank(folder, "reconcile")
        epochs = timebank(folder, "events", "epochs")

    assert "the ledger is whole" in restored.stdout
    assert "the services agree" in restored.stdout
    assert kept.acknowledged <= rows, "what was acknowledged before the point is there"
    assert verified.returncode == 0, verified.stdout
    assert reconciled.returncode == 0, reconciled.stdout
    assert "orders publishes epoch 2" in epochs.stdout
    assert "ledger has applied epoch 2 of timebank.orders.v1" in epochs.stdout
    assert "STOPPED" not in epochs.stdout


def test_a_restore_to_a_moment_before_says_what_heads_kept_elsewhere_know_more(kept: Kept, place: Path) -> None:
    folder, moment = place / "data", kept.before_the_end.isoformat()

    restored = timebank(
        folder,
        "restore",
        str(kept.place),
        "--key",
        str(kept.key),
        "--to",
        moment,
        "--checkpoint",
        str(kept.later_heads),
    )
    with started(folder, "--city-orders", "6"):
        rows = journal(folder)

    assert restored.returncode == 1
    assert "journal_shorter" in restored.stdout
    assert kept.acknowledged_before <= rows
    assert not kept.acknowledged <= rows


def test_a_wrong_key_a_full_folder_and_a_moment_too_late_are_refused(kept: Kept, place: Path) -> None:
    wrong = place / "wrong.key"
    assert timebank(place, "key", str(wrong)).returncode == 0
    (place / "full").mkdir()
    (place / "full" / "file").touch()
    late = (datetime.now(UTC) + timedelta(days=1)).isoformat()

    by_key = timebank(place / "data", "restore", str(kept.place), "--key", str(wrong))
    by_folder = timebank(place / "full", "restore", str(kept.place), "--key", str(kept.key))
    by_moment = timebank(place / "data", "restore", str(kept.place), "--key", str(kept.key), "--to", late)
    nothing = timebank(place / "data", "restore", str(place), "--key", str(kept.key))

    assert "sealed with another key" in by_key.stderr
    assert "is not empty" in by_folder.stderr
    assert "the backups end before" in by_moment.stderr
    assert "there are no backups" in nothing.stderr
    assert {by_key.returncode, by_folder.returncode, by_moment.returncode, nothing.returncode} == {1}
    assert list((place / "data").iterdir()) == []


@pytest.mark.parametrize("part", ["base-*/database", "base-*/beside", "base-*/about", "wal/*"])
def test_a_flipped_byte_anywhere_is_refused_and_leaves_nothing(kept: Kept, place: Path, part: str) -> None:
    damaged = shutil.copytree(kept.place, place / "damaged")
    path = max(damaged.glob(part))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    restored = timebank(place / "data", "restore", str(damaged), "--key", str(kept.key))

    assert restored.returncode == 1
    assert f"{path} is damaged" in restored.stderr
    assert not (place / "data").exists() or list((place / "data").iterdir()) == []
