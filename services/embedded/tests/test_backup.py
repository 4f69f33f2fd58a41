"""What a folder of backups refuses before anything is restored from it."""

from __future__ import annotations

import dataclasses
import shutil
import tempfile
from collections import namedtuple
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from libs.clock import monotonic
from libs.db.database import plain_url
from libs.db.embedded import EmbeddedPostgres, archive_settings, free_port, spool_of
from libs.sealed_files import WrongKeyError, create_key_file, key_of_file
from services.embedded.backup import restoring
from services.embedded.backup.__main__ import main
from services.embedded.backup.making import archiver_in_words, finish_piece
from services.embedded.backup.pruning import prune
from services.embedded.backup.store import BESIDE, DATABASE, FORMAT, About, BackupStore, segments_after
from services.embedded.folder import POSTGRES_VERSION
from services.operator.backup.options import Wanted
from services.operator.backup.sealed_folder import ABOUT, BackupRefusedError, passphrase_key
from tests.support.postgres import FAST_SETTINGS

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


def add_whole(store: BackupStore, first: str, *pieces: str) -> Path:
    """Add a copy whose files are there, and pieces of the log."""
    add_copy(store, first_segment=first)
    base = store.bases()[-1]
    for path in (base / BESIDE, base / DATABASE, *(store.wal / piece for piece in (first, *pieces))):
        store.write_json(path, "content")
    return base


def segment(number: int, timeline: int = 1) -> str:
    """Return the name of a piece of the log."""
    return f"{timeline:08X}00000000{number:08X}"


def test_the_oldest_copies_go_with_the_log_that_only_they_needed(store: BackupStore) -> None:
    half = store.new_base()
    oldest = add_whole(store, segment(1), segment(2), segment(3))
    older = add_whole(store, segment(4), segment(5))
    newest = add_whole(store, segment(6))
    (store.wal / "00000002.history").write_text("")
    store.write_json(store.wal / segment(7, timeline=2), "of a platform that was restored")

    removed, pieces = prune(store, keep=2)

    assert (removed, pieces) == ([oldest], 3)
    assert store.bases() == [older, newest]
    assert store.segments() == {segment(4), segment(5), segment(6), segment(7, timeline=2)}
    assert (store.wal / "00000002.history").exists()
    assert not half.exists()
    assert prune(store, keep=2) == ([], 0)
    assert prune(store, keep=1) == ([older], 2)
    assert prune(store, keep=1) == ([], 0), "the last whole one stays"


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda _store, base: (base / ABOUT).write_bytes(b"x"), "is damaged"),
        (lambda _store, base: (base / DATABASE).unlink(), "is not whole"),
        (lambda store, _base: (store.wal / segment(4)).unlink(), "database's log"),
    ],
    ids=["described wrongly", "a file missing", "a piece missing"],
)
def test_nothing_is_removed_while_one_that_stays_is_not_whole(
    store: BackupStore, harm: Callable[[BackupStore, Path], object], words: str
) -> None:
    oldest = add_whole(store, segment(1))
    newest = add_whole(store, segment(4), segment(5))
    harm(store, newest)

    with pytest.raises(BackupRefusedError, match=words):
        prune(store, keep=1)

    assert store.bases() == [oldest, newest]
    assert segment(1) in store.segments()


@pytest.mark.parametrize(
    "options", [("--keep", "0"), ("--keep", "2", "--log"), ("--keep", "2", "--stop")], ids=" ".join
)
def test_the_last_copy_is_never_to_go_and_only_a_new_one_lets_others_go(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    asked = CliRunner().invoke(main, ["backup", str(tmp_path / "place"), "--key", str(tmp_path / "key"), *options])

    assert asked.exit_code == 2, asked.output
    assert "keep" in asked.output
    assert not (tmp_path / "place").exists()


def try_restore(store: BackupStore, root: Path) -> str:
    """Try to restore; return why it was refused."""
    with pytest.raises(BackupRefusedError) as refused:
        restoring.restore(store, root, Wanted(), lambda _words: None)
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


@pytest.mark.parametrize(
    ("option", "code", "words"), [("--checkpoint", 1, "no-head"), ("--erased", 2, "no-head is no list of persons")]
)
def test_what_cannot_be_read_beside_the_backups_is_named_and_nothing_restored(
    tmp_path: Path, option: str, code: int, words: str
) -> None:
    (tmp_path / "no-head").write_text("nothing")
    create_key_file(tmp_path / "key")
    place = BackupStore(tmp_path / "others", key_of_file(tmp_path / "key"))
    add_copy(place)

    to = ["--data", str(tmp_path / "data"), "--key", str(tmp_path / "key"), option, str(tmp_path / "no-head")]
    result = CliRunner().invoke(main, ["restore", str(place.root), *to])

    assert result.exit_code == code
    assert isinstance(result.exception, SystemExit), "not by an error of ours"
    assert words in result.output
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


@pytest.fixture
def quiet_server() -> Iterator[EmbeddedPostgres]:
    """A server on which nobody writes, and which hands out its log."""
    folder = Path(tempfile.mkdtemp(prefix="timebank-log-"))
    folder.chmod(0o755)
    server = EmbeddedPostgres(folder, free_port(), settings=FAST_SETTINGS | archive_settings(folder))
    try:
        server.initialise()
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def test_the_log_is_handed_out_also_while_nobody_writes(quiet_server: EmbeddedPostgres) -> None:
    with psycopg.connect(plain_url(quiet_server.superuser_url()), autocommit=True) as connection:
        pieces = [finish_piece(connection) for _ in range(3)]
        row = connection.execute("SELECT pg_walfile_name(pg_current_wal_insert_lsn())").fetchone()

    assert row is not None
    assert pieces == sorted(set(pieces))
    assert pieces[-1] < row[0]


def test_who_is_not_handed_out_the_log_is_told_what_the_server_knows(quiet_server: EmbeddedPostgres) -> None:
    spool = spool_of(quiet_server.folder)
    spool.mkdir(mode=0o500)  # Its user may not write here.
    with psycopg.connect(plain_url(quiet_server.superuser_url()), autocommit=True) as connection:
        assert "the last that it handed out is none" in archiver_in_words(connection)
        piece, end = finish_piece(connection), monotonic() + 30
        while "it failed" not in archiver_in_words(connection) and monotonic() < end:
            connection.execute("SELECT pg_sleep(0.05)")
        words = archiver_in_words(connection)

    assert f"it failed with {piece}" in words
    assert not (spool / piece).exists()
