"""What a folder of backups refuses before anything is restored from it."""

from __future__ import annotations

import dataclasses
import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from libs.sealed_files import WrongKeyError
from services.embedded.backup import restoring
from services.embedded.backup.store import (
    ABOUT,
    FORMAT,
    About,
    BackupRefusedError,
    BackupStore,
    passphrase_key,
    segments_after,
)
from services.embedded.folder import POSTGRES_VERSION

KEY = bytes(range(32))
FIRST = "0000000100000000000000FE"
Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def store(tmp_path: Path) -> BackupStore:
    """A folder of backups with nothing in it."""
    return BackupStore(tmp_path / "backups", KEY)


def add_copy(store: BackupStore, **changed: object) -> About:
    """Add a copy of which only the description is there."""
    about = About(
        format=FORMAT,
        postgres=POSTGRES_VERSION,
        kind="live",
        broker="postgres",
        begun_at="2026-03-01T00:00:00+00:00",
        point_at="2026-03-01T00:01:00+00:00",
        lsn="0/0",
        first_segment=FIRST,
        bytes=10 * 2**20,
        epochs={},
        positions={},
    )
    about = dataclasses.replace(about, **changed)  # type: ignore[arg-type]  # what a test changes
    store.write_json(store.new_base() / ABOUT, dataclasses.asdict(about))
    return about


def try_restore(store: BackupStore, root: Path) -> str:
    """Try to restore; return why it was refused."""
    with pytest.raises(BackupRefusedError) as refused:
        restoring.restore(store, root, restoring.Wanted(), lambda _words: None)
    return str(refused.value)


def test_the_log_is_one_run_of_one_timeline() -> None:
    run = [FIRST, "0000000100000000000000FF", "000000010000000100000000"]
    earlier, of_another = "0000000100000000000000FD", "000000020000000100000001"

    assert segments_after(FIRST, {*run, earlier, of_another}) == run
    assert segments_after(FIRST, set()) == []
    with pytest.raises(BackupRefusedError, match="0000000100000000000000FF of the database's log is missing"):
        segments_after(FIRST, {FIRST, run[2]})


def test_a_copy_without_a_description_does_not_count(store: BackupStore, tmp_path: Path) -> None:
    store.new_base()

    assert "there is no copy of the whole" in try_restore(store, tmp_path / "data")


@pytest.mark.parametrize(("changed", "words"), [({"format": 99}, "format 99"), ({"postgres": "12"}, "PostgreSQL 12")])
def test_a_copy_of_another_version_is_refused(
    store: BackupStore, tmp_path: Path, changed: dict[str, object], words: str
) -> None:
    add_copy(store, **changed)

    assert words in try_restore(store, tmp_path / "data")
    assert not (tmp_path / "data").exists()


def test_a_disk_without_room_is_refused(store: BackupStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_copy(store, bytes=100 * 2**20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(0, 0, 119 * 2**20))

    assert try_restore(store, tmp_path / "data") == (f"119 MB are free where {tmp_path / 'data'} is; 120 MB are needed")


def test_the_newest_copy_not_later_than_the_moment_is_chosen(store: BackupStore) -> None:
    first = add_copy(store)
    add_copy(store, point_at="2026-03-02T00:00:00+00:00")

    _, chosen = restoring._chosen(store, first.point)

    assert chosen == first


def test_a_folder_keeps_the_key_it_was_begun_with(store: BackupStore, tmp_path: Path) -> None:
    BackupStore(store.root, KEY)
    with pytest.raises(WrongKeyError):
        BackupStore(store.root, bytes(32))
    with pytest.raises(WrongKeyError, match="key file"):
        passphrase_key(store.root, "a passphrase")

    other = tmp_path / "other"
    BackupStore(other, passphrase_key(other, "a passphrase"))
    BackupStore(other, passphrase_key(other, "a passphrase"))
    with pytest.raises(WrongKeyError):
        BackupStore(other, passphrase_key(other, "another"))
