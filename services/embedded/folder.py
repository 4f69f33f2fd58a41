"""The data folder: one platform's database, secrets, clock and logs, locked against a second start."""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import fcntl
import json
import os
import secrets
import shutil
from pathlib import Path

from services.embedded.settings import RunOptions, StartRefusedError

FORMAT = 1
POSTGRES_VERSION = "18"
FREE_BYTES_MIN = 300 * 1024 * 1024
FULL_BYTES = 16 * 2**20
DISK_FULL = "The disk is full where {root} is. Free some space, or choose another folder: make run DATA=<folder>"


@dataclasses.dataclass(frozen=True)
class DataFolder:
    """Where things are in a data folder."""

    root: Path

    @property
    def clock(self) -> Path:
        """Return the file of 8 bytes that all processes take their time from."""
        return self.root / "clock"

    @property
    def postgres(self) -> Path:
        """Return the folder of the database server."""
        return self.root / "postgres"

    @property
    def kafka(self) -> Path:
        """Return the folder of the Kafka node, if there is one."""
        return self.root / "kafka"

    @property
    def run(self) -> Path:
        """Return the folder of what only matters while the platform runs."""
        return self.root / "run"

    @property
    def logs(self) -> Path:
        """Return the folder of the log files."""
        return self.root / "logs"

    @property
    def secrets(self) -> Path:
        """Return the folder of generated secrets, which only the owner may read."""
        return self.root / "secrets"

    @property
    def outbox(self) -> Path:
        """Return the folder where one-time codes are "sent" to."""
        return self.root / "sent-codes"

    @property
    def city(self) -> Path:
        """Return the file that says how far the demo city is."""
        return self.root / "city.json"

    def password(self, name: str) -> str:
        """Return a generated secret, made at its first use, in a file with mode 0600; of two who make it, one does."""
        path = self.secrets / name
        if not path.exists():
            fresh = path.with_name(f"{name}.{secrets.token_hex(4)}")
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(32))
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(fresh, path)
            fresh.unlink()
        return path.read_text()

    def write_run(self, name: str, content: dict[str, object]) -> None:
        """Replace a small file of the run folder in one step; only the owner may read it."""
        path = self.run / name
        fresh = path.with_suffix(".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(content, file)
        fresh.replace(path)

    def read_run(self, name: str) -> dict[str, object]:
        """Return a small file of the run folder, empty when it is not there."""
        try:
            found = json.loads((self.run / name).read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def log(self, name: str) -> int:
        """Open a log for appending and return its descriptor."""
        path = self.logs / f"{name}.log"
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


class FolderLock:
    """Holds the data folder for one supervisor; the lock ends with its process, however it dies."""

    def __init__(self, folder: DataFolder) -> None:
        """Take the lock.

        Raises:
            StartRefusedError: another platform runs on this folder.
        """
        self._file = open(folder.root / "lock", "a+")  # noqa: SIM115 - held as long as the process lives
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.seek(0)
            owner = self._file.read().strip() or "?"
            raise StartRefusedError(
                f"A platform already runs on {folder.root} (process {owner}). Use it, stop it, or choose another "
                "folder: make run DATA=<folder> PORT=<port>"
            ) from error
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()


def prepare(options: RunOptions) -> tuple[DataFolder, FolderLock]:
    """Create or check the data folder and lock it.

    Raises:
        StartRefusedError: no permission, no space, another version or kind, or already in use.
    """
    folder = DataFolder(options.folder.resolve())
    try:
        folder.root.mkdir(parents=True, exist_ok=True)
        lock = FolderLock(folder)
        for path, mode in ((folder.run, 0o700), (folder.logs, 0o700), (folder.secrets, 0o700), (folder.outbox, 0o700)):
            path.mkdir(exist_ok=True, mode=mode)
        _check_version(folder, options)
    except OSError as error:
        raise StartRefusedError(_words(error, folder.root)) from error
    free = shutil.disk_usage(folder.root).free
    if free < FREE_BYTES_MIN:
        raise StartRefusedError(
            f"Only {free // 2**20} MB are free where {folder.root} is; {FREE_BYTES_MIN // 2**20} MB are needed. "
            "Free some space, or choose another folder: make run DATA=<folder>"
        )
    return folder, lock


def disk_problem(root: Path) -> str:
    """Say in words that the disk is as good as full; empty while it is not."""
    free = shutil.disk_usage(root).free
    return f"only {free // 2**20} MB are free where {root} is" if free < FULL_BYTES else ""


def _words(error: OSError, root: Path) -> str:
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"No permission to write to {error.filename or root}. Choose another folder: make run DATA=<folder>"
    if error.errno == errno.ENOSPC:
        return DISK_FULL.format(root=root)
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return f"{root} is not a folder. Choose another: make run DATA=<folder>"
    return f"{root} cannot be used: {error.strerror or error}"


def _check_version(folder: DataFolder, options: RunOptions) -> None:
    """Refuse a folder that another version or another kind of platform made."""
    mark = folder.root / "platform.json"
    cluster = folder.postgres / "data" / "PG_VERSION"
    if cluster.exists() and cluster.read_text().strip() != POSTGRES_VERSION:
        made_by = cluster.read_text().strip()
        raise StartRefusedError(
            f"{folder.root} was made by PostgreSQL {made_by}; this platform runs {POSTGRES_VERSION}. "
            "Move the data with pg_dump and pg_restore, or choose another folder: make run DATA=<folder>"
        )
    wanted = {"format": FORMAT, "kind": options.kind, "broker": options.broker}
    if not mark.exists():
        mark.write_text(json.dumps(wanted))
        return
    found = json.loads(mark.read_text())
    if found.get("format") != FORMAT:
        raise StartRefusedError(
            f"{folder.root} has format {found.get('format')}; this version reads format {FORMAT}. "
            "Start it with the version that made it, or choose another folder: make run DATA=<folder>"
        )
    for name in ("kind", "broker"):
        if found.get(name) != wanted[name]:
            raise StartRefusedError(
                f"{folder.root} belongs to a platform with {name} '{found.get(name)}', not '{wanted[name]}'. "
                "Choose another folder: make run DATA=<folder>"
            )
