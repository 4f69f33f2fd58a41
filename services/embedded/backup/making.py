"""Make a backup of a platform that runs: what lies beside the databases, then all databases at one point, then the log.

The order matters: heads of the logs that are newer than the journal would look like rows taken away. What lies beside
is older than the point to which the databases are restored, and follows them by itself.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, cast

import psycopg

from libs.clock import machine_now, monotonic
from libs.db import Database
from libs.db.database import plain_url
from libs.db.embedded import EmbeddedPostgres, spool_of
from libs.db.programs import own_programs, unprivileged_user
from libs.outbox.epochs import all_heads, current_epoch
from services.accounts.bootstrap import ended_persons
from services.embedded.backup.store import BESIDE, DATABASE, FORMAT, SUPERUSER, About, BackupStore
from services.embedded.folder import POSTGRES_VERSION, DataFolder
from services.embedded.server import place_of
from services.operator.adopting import sources_of
from services.operator.backup.sealed_folder import ABOUT, ERASED, BackupRefusedError
from services.operator.figures import BACKUP_FILE
from services.operator.platform import RunningPlatform, find

BESIDE_NAMES = ("platform.json", "migrated.json", "clock", "city.json", "secrets", "ledger-log", "witness", "witnesses")
SERVICES = ("accounts", "orders", "ledger", "redemption")
READ_BYTES = 2**20
TOLD_EVERY_SECONDS = 2.0
ARCHIVED_SECONDS_MAX = 120.0
Say = Callable[[str], object]


class Backup:
    """One way from a running platform to a folder of backups."""

    def __init__(self, root: Path, store: BackupStore, say: Say) -> None:
        """`root` is the data folder of a platform that runs.

        Raises:
            PlatformAwayError: none does.
        """
        self._folder, self._store, self._say = DataFolder(root), store, say
        self._platform: RunningPlatform = find(root)
        port = int(psycopg.conninfo.conninfo_to_dict(plain_url(self._platform.readers["accounts"]))["port"] or 0)
        self._server = EmbeddedPostgres(place_of(self._folder), port)

    def copy_all(self) -> About:
        """Make a copy of the whole and keep the database's log from here on; return what it is of.

        Raises:
            BackupRefusedError: the disk is full, or the database did not give what was asked.
        """
        begun = machine_now()
        self._begin_spool()
        first = self._segment_now()
        base = self._store.new_base()
        try:
            taken = self._copy_beside(base) + self._copy_database(base)
            about = dataclasses.replace(self._about(), begun_at=begun.isoformat(), first_segment=first, bytes=taken)
            self.copy_log()
            self._store.write_json(base / ABOUT, dataclasses.asdict(about))
        except OSError as error:
            shutil.rmtree(base, ignore_errors=True)
            raise BackupRefusedError(f"the backup could not be written: {error.strerror}: {base}") from error
        except BaseException:
            shutil.rmtree(base, ignore_errors=True)
            raise
        self._note("whole")
        self._say(f"whole at {about.point_at}, log position {about.lsn}: {base}")
        return about

    def copy_log(self) -> int:
        """Move what was written since into the folder of backups; return how many pieces of the log that were.

        Raises:
            BackupRefusedError: no copy of the whole was made of this platform, or the log is not handed out.
        """
        spool = spool_of(self._server.folder)
        if not spool.is_dir():
            raise BackupRefusedError("make a copy of the whole first: the database's log is not kept yet")
        self._store.write_json(self._store.root / ERASED, self._ended())
        self._hand_out_log()
        moved = 0
        for piece in sorted(path for path in spool.iterdir() if not path.name.endswith(".new")):
            with self._store.writer(self._store.wal / piece.name) as file, piece.open("rb") as source:
                shutil.copyfileobj(source, cast(IO[bytes], file), READ_BYTES)
            piece.unlink()
            moved += 1
        self._note("log")
        self._say(f"{moved} pieces of the database's log")
        return moved

    def _note(self, kind: str) -> None:
        """Write down when this was done, for who watches the platform."""
        done = self._folder.read_run(BACKUP_FILE) | {kind: int(machine_now().timestamp())}
        self._folder.write_run(BACKUP_FILE, done)

    def stop_keeping_log(self) -> None:
        """Keep the log no more: the next copy of the whole begins anew."""
        shutil.rmtree(spool_of(self._server.folder), ignore_errors=True)

    def _begin_spool(self) -> None:
        spool, user = spool_of(self._server.folder), unprivileged_user()
        spool.mkdir(exist_ok=True, mode=0o700)
        if user is not None:
            os.chown(spool, user.pw_uid, user.pw_gid)

    def _copy_beside(self, base: Path) -> int:
        with self._store.writer(base / BESIDE) as file:
            with tarfile.open(fileobj=cast(IO[bytes], file), mode="w|") as tar:
                for name in BESIDE_NAMES:
                    if (self._folder.root / name).exists():
                        tar.add(self._folder.root / name, arcname=name)
                tar.add(self._server.folder / SUPERUSER, arcname=SUPERUSER)
            return file.taken_bytes

    def _copy_database(self, base: Path) -> int:
        address = {"host": "127.0.0.1", "port": str(self._server.port), "username": "postgres"}
        command = [str(own_programs() / "pg_basebackup"), "--pgdata=-", "--format=tar", "--wal-method=fetch"]
        command += ["--checkpoint=fast", "--no-manifest", *(f"--{name}={value}" for name, value in address.items())]
        environment = {**os.environ, "PGPASSWORD": self._server.superuser_password()}  # noqa: TID251
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stderr is not None
        told_at = monotonic()
        with process, self._store.writer(base / DATABASE) as file:
            while content := process.stdout.read(READ_BYTES):
                file.write(content)
                if monotonic() - told_at > TOLD_EVERY_SECONDS:
                    told_at = monotonic()
                    self._say(f"{file.taken_bytes // 2**20} MB of the database")
            words = process.stderr.read().decode(errors="replace").strip()
            if process.wait():
                raise BackupRefusedError(f"the database could not be copied: {words[-400:]}")
            return file.taken_bytes

    def _about(self) -> About:
        epochs, positions = {}, {}
        for name in SERVICES:
            with self._reading(name) as database, database.reading() as connection:
                epochs[name] = current_epoch(connection)
                for stream, head in all_heads(connection, sources_of(name)).items():
                    positions[f"{stream.topic} {stream.name}"] = head
        with self._superuser() as connection:
            row = connection.execute("SELECT pg_current_wal_insert_lsn()::text, clock_timestamp()").fetchone()
        assert row is not None
        return About(
            format=FORMAT,
            postgres=POSTGRES_VERSION,
            kind=self._platform.kind,
            broker=self._platform.broker,
            begun_at="",
            point_at=row[1].isoformat(),
            lsn=row[0],
            first_segment="",
            bytes=0,
            epochs=epochs,
            positions=positions,
        )

    def _hand_out_log(self) -> None:
        """Have the piece of the log that is written now archived, and wait until it is."""
        spool = spool_of(self._server.folder)
        with self._superuser() as connection:
            piece = finish_piece(connection)
            end = monotonic() + ARCHIVED_SECONDS_MAX
            while monotonic() < end:
                if piece in self._store.segments() or (spool / piece).exists():
                    return
                connection.execute("SELECT pg_sleep(0.05)")
            why = archiver_in_words(connection)
        raise BackupRefusedError(f"the database does not hand out {piece} of its log into {spool}: {why}")

    def _segment_now(self) -> str:
        with self._superuser() as connection:
            row = connection.execute("SELECT pg_walfile_name(pg_current_wal_insert_lsn())").fetchone()
        assert row is not None
        return str(row[0])

    def _ended(self) -> list[dict[str, str]]:
        with self._reading("accounts") as database, database.reading() as connection:
            return ended_persons(connection)

    def _reading(self, name: str) -> Any:
        return _Opened(self._platform.readers, name)

    def _superuser(self) -> psycopg.Connection[Any]:
        return psycopg.connect(plain_url(self._server.superuser_url()), autocommit=True)


def finish_piece(connection: psycopg.Connection[Any]) -> str:
    """End the piece of the log that is written now; return its name.

    A piece in which nothing was written since the last one ended is not ended: so something is written, always.
    """
    connection.execute("SELECT pg_create_restore_point('backup')")
    row = connection.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()
    assert row is not None
    return str(row[0])


def archiver_in_words(connection: psycopg.Connection[Any]) -> str:
    """Say what the server knows of handing out its log."""
    row = connection.execute(
        "SELECT last_failed_wal, last_failed_time, last_archived_wal FROM pg_stat_archiver"
    ).fetchone()
    assert row is not None
    failed, at, handed_out = row
    if failed and (handed_out is None or failed > handed_out):
        return f"it failed with {failed} at {at.isoformat()}; is the disk full? postgres.log says why"
    return f"the last that it handed out is {handed_out or 'none'}; postgres.log says more"


class _Opened:
    """A database for the length of a block."""

    def __init__(self, urls: Mapping[str, str], name: str) -> None:
        self._database = Database(urls[name], pool_max=1, application_name="backup")

    def __enter__(self) -> Database:
        return self._database

    def __exit__(self, *_: object) -> None:
        self._database.dispose()
