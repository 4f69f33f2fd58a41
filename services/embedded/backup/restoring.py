"""Put a backup into an empty data folder, at its latest moment or an earlier one, so that nothing counts twice.

What comes out is a platform that knows that it was restored: every publisher begins a new epoch, every group is told,
and whose data had ended since is ended again before anybody can start it.
"""

from __future__ import annotations

import os
import shutil
import tarfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, cast

import psycopg

from libs.bus.postgres import PostgresBroker
from libs.clock import ManualClock, monotonic
from libs.db.database import plain_url
from libs.db.embedded import EmbeddedPostgres, free_port
from libs.db.programs import own_programs, unprivileged_user
from services.embedded.backup.store import BESIDE, DATABASE, SUPERUSER, About, BackupStore, Pieces, segments_after
from services.embedded.databases import BUS, Databases
from services.embedded.folder import POSTGRES_VERSION, DataFolder
from services.embedded.server import EMBEDDED_SETTINGS, place_of
from services.embedded.settings import SERVICES
from services.embedded.witnessing import log_folder
from services.ledger.audit.outside import Outside, read_outside
from services.ledger.audit.rebuild import run as rebuild
from services.ledger.audit.verify import Terms
from services.operator.backup.after import begin_anew, choose, look_at, whose_ended
from services.operator.backup.options import Restored, Wanted
from services.operator.backup.sealed_folder import BackupRefusedError

SEGMENT_BYTES = 16 * 2**20
ROOM = 1.2
RECOVERY_SECONDS_MAX = 3600.0
LOG_TAIL = 4000
Say = Callable[[str], object]


def restore(store: BackupStore, root: Path, wanted: Wanted, say: Say) -> Restored:
    """Restore into an empty folder and check what came out.

    Raises:
        BackupRefusedError: there is nothing to restore, the folder is not empty, the disk has no room, or the backups
            are of another version or do not reach the moment wanted.
        DamagedFileError: a byte of them is not as it was written; the folder is left as empty as it was.
    """
    if root.exists() and any(root.iterdir()):
        raise BackupRefusedError(f"{root} is not empty; restore into an empty folder")
    base, about = _chosen(store, wanted.to)
    pieces = segments_after(about.first_segment, store.segments())
    _refuse_without_room(root, about.bytes + len(pieces) * SEGMENT_BYTES)
    outside = read_outside(wanted.checkpoints)
    root.mkdir(parents=True, exist_ok=True, mode=0o755)
    folder, place = DataFolder(root), None
    try:
        say(f"unpacking {base.name}, whole at {about.point_at}, and {len(pieces)} pieces of the log after it")
        _unpack(store, base / BESIDE, root)
        place = place_of(folder)
        _unpack_database(store, base, pieces, root, place)
        with _recovered(place, wanted.to) as server:
            return _made_whole(server, store, folder, about, wanted, outside, say)
    except BaseException:
        for path in (*root.iterdir(), *([place] if place is not None else [])):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        raise


def _made_whole(
    server: EmbeddedPostgres,
    store: BackupStore,
    folder: DataFolder,
    about: About,
    wanted: Wanted,
    outside: tuple[Outside, ...],
    say: Say,
) -> Restored:
    urls = {name: Databases(server, folder, keeps_templates=False).urls(name) for name in (*SERVICES, BUS)}
    at = _restored_moment(server)
    say(f"the databases are as they were at {at.isoformat()}; {_distance(about, at)}")
    now = ManualClock(folder.clock).now()
    broker = PostgresBroker(urls[BUS].app) if about.broker == "postgres" else None
    try:
        apps = {name: urls[name].app for name in SERVICES}
        again = begin_anew(apps, broker, wanted, whose_ended(store, wanted), now=now, say=say)
    finally:
        if broker is not None:
            broker.close()
    readers = {name: urls[name].reader for name in SERVICES}
    rebuild(readers["ledger"], log_folder(folder))
    return look_at(readers, Terms(outside, log_folder(folder)), now=now, ended_again=again)


def _chosen(store: BackupStore, to: datetime | None) -> tuple[Path, About]:
    """Return the newest copy of the whole that is not later than the moment wanted."""
    copies = [(base, store.about(base)) for base in store.bases()]
    base, about = choose(copies, to, root=store.root, kind="the whole")
    if about.postgres != POSTGRES_VERSION:
        raise BackupRefusedError(f"{base} is of PostgreSQL {about.postgres}; this version runs {POSTGRES_VERSION}")
    return base, about


def _refuse_without_room(root: Path, needed: int) -> None:
    there = next(path for path in (root, *root.parents) if path.exists())
    free = shutil.disk_usage(there).free
    if free < needed * ROOM:
        raise BackupRefusedError(
            f"{free // 2**20} MB are free where {root} is; {int(needed * ROOM) // 2**20} MB are needed"
        )


def _unpack(store: BackupStore, path: Path, into: Path) -> None:
    pieces = store.read(path)
    with tarfile.open(fileobj=cast(IO[bytes], Pieces(pieces)), mode="r|") as tar:
        tar.extractall(into, filter="data")
    for _ in pieces:  # To the last byte: what follows the archive may be damaged as well.
        pass


def _unpack_database(store: BackupStore, base: Path, pieces: Iterable[str], root: Path, place: Path) -> None:
    cluster, log = place / "data", place / "wal-restored"
    for path in (place, cluster, log):
        path.mkdir(exist_ok=True, mode=0o700)
    (root / SUPERUSER).rename(place / SUPERUSER)
    _unpack(store, base / DATABASE, cluster)
    for name in pieces:
        with (log / name).open("wb") as file:
            file.writelines(store.read(store.wal / name))
    (cluster / "recovery.signal").touch()
    cluster.chmod(0o700)
    user = unprivileged_user()
    if user is not None:
        for path in (place, *place.rglob("*")):
            os.chown(path, user.pw_uid, user.pw_gid)


@contextmanager
def _recovered(place: Path, to: datetime | None) -> Iterator[EmbeddedPostgres]:
    """Give the server, once it has read its log up to the moment wanted; it is stopped afterwards."""
    log = place / "wal-restored"
    settings = EMBEDDED_SETTINGS | {"restore_command": f"cp '{log}/%f' %p", "recovery_target_timeline": "current"}
    if to is not None:
        settings |= {"recovery_target_time": to.isoformat(), "recovery_target_action": "promote"}
    server = EmbeddedPostgres(place, free_port(), settings=settings, programs=own_programs())
    server.initialise()
    try:
        try:
            _await_end_of_recovery(server)
        except (RuntimeError, TimeoutError) as error:
            words = (place / "postgres.log").read_text(errors="replace")[-LOG_TAIL:]
            if "before configured recovery target was reached" in words:
                raise BackupRefusedError(f"the backups end before {to.isoformat() if to else 'now'}") from error
            raise BackupRefusedError(f"the database did not recover: {error}") from error
        yield server
    finally:
        if server.is_running():
            server.stop()
    shutil.rmtree(log)


def _await_end_of_recovery(server: EmbeddedPostgres) -> None:
    server.start()
    end = monotonic() + RECOVERY_SECONDS_MAX
    while monotonic() < end:
        if not server.is_running():
            raise RuntimeError("PostgreSQL ended while it recovered")
        try:
            with psycopg.connect(plain_url(server.superuser_url()), autocommit=True) as connection:
                row = connection.execute("SELECT pg_is_in_recovery()").fetchone()
            if row is not None and not row[0]:
                return
        except psycopg.OperationalError:
            pass
        time.sleep(0.1)
    raise RuntimeError("PostgreSQL recovers for too long")


def _restored_moment(server: EmbeddedPostgres) -> datetime:
    """Return when the last transaction that is here was committed, as far as the log told."""
    with psycopg.connect(plain_url(server.superuser_url()), autocommit=True) as connection:
        row = connection.execute(
            "SELECT coalesce(pg_last_xact_replay_timestamp(), (SELECT checkpoint_time FROM pg_control_checkpoint()))"
        ).fetchone()
    assert row is not None
    moment: datetime = row[0]
    return moment


def _distance(about: About, at: datetime) -> str:
    return f"{max(0, int((at - about.point).total_seconds()))} s after the copy of the whole"
