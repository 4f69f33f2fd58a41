"""The database server of a data folder: put where its unprivileged user can reach it, started, ended when orphaned."""

from __future__ import annotations

import hashlib
import os
import pwd
import signal
from pathlib import Path

from libs.clock import monotonic
from libs.db.embedded import EmbeddedPostgres, archive_settings, free_port
from libs.db.programs import SHARED_PARENT, ProgramsUnreachableError, own_programs, runs, unprivileged_user
from services.embedded.folder import DISK_FULL, DataFolder
from services.embedded.settings import StartRefusedError

ORPHAN_STOP_SECONDS_MAX = 20.0
PORTS_TRIED_MAX = 5
FALLBACK_PARENT = SHARED_PARENT
ADVICE = "Start as an ordinary user, or choose a folder whose parents anyone may enter: make run DATA=<folder>"
# The scenarios' platform is thrown away after the run; all others keep every commit through a power cut.
THROWAWAY_SETTINGS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
THROWAWAY_SETTINGS |= {"wal_level": "minimal", "max_wal_senders": "0"}
EMBEDDED_SETTINGS = {"max_connections": "90", "shared_buffers": "64MB", "wal_buffers": "4MB"}


def open_server(folder: DataFolder, *, throwaway: bool) -> EmbeddedPostgres:
    """Return the folder's server, not yet started, on a port that is free now.

    Raises:
        StartRefusedError: we are root, and the unprivileged user can reach neither the folder nor the fallback.
    """
    place = place_of(folder)
    try:
        programs = own_programs(_say)
    except ProgramsUnreachableError as error:
        raise StartRefusedError(f"PostgreSQL does not run as root, and {error}. {ADVICE}") from error
    settings = EMBEDDED_SETTINGS | (THROWAWAY_SETTINGS if throwaway else archive_settings(place))
    end_orphan(place)
    return EmbeddedPostgres(place, free_port(), settings=settings, programs=programs)


def place_of(folder: DataFolder) -> Path:
    """Return where the database of a data folder is kept.

    Raises:
        StartRefusedError: its user can reach neither the folder nor the fallback.
    """
    user = unprivileged_user()
    return folder.postgres if user is None else reachable_place(folder, user)


def start(server: EmbeddedPostgres) -> None:
    """Initialise and start the server; when somebody else took its port meanwhile, on another one.

    Raises:
        StartRefusedError: it did not start; the message ends with its own last words.
    """
    for tries_left in reversed(range(PORTS_TRIED_MAX)):
        try:
            server.initialise()
            server.start()
            return
        except (RuntimeError, TimeoutError, OSError) as error:
            words = str(error)
            if "Address already in use" in words and tries_left:
                server.port = free_port()
                continue
            if "No space left" in words or "ENOSPC" in words:
                raise StartRefusedError(DISK_FULL.format(root=server.folder)) from error
            raise StartRefusedError(f"The database in {server.folder} did not start. {words}") from error


def _say(words: str) -> None:
    print(words, flush=True)


def end_orphan(place: Path) -> None:
    """Stop a server that an earlier, killed supervisor left behind on this folder."""
    lock = place / "data" / "postmaster.pid"
    try:
        pid = int(lock.read_text().split("\n", 1)[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError):
        return
    if str(place).encode() not in command:
        return
    os.kill(pid, signal.SIGINT)
    wait_for_end(pid)


def wait_for_end(pid: int) -> None:
    """Wait until a process that was asked to end has ended; kill it when it takes too long."""
    end = monotonic() + ORPHAN_STOP_SECONDS_MAX
    while monotonic() < end and _lives(pid):
        _pause()
    if _lives(pid):
        os.kill(pid, signal.SIGKILL)
        _pause()


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def _pause() -> None:
    signal.sigtimedwait([signal.SIGUSR2], 0.05)


def fallback_of(root: Path) -> Path:
    """Return where the database of a data folder is kept that its user cannot reach."""
    return FALLBACK_PARENT / ("timebank-" + hashlib.sha256(str(root).encode()).hexdigest()[:12])


def reachable_place(folder: DataFolder, user: pwd.struct_passwd) -> Path:
    """Return where the database is kept: in the data folder, if its user can get there."""
    if _can_enter(folder.root, user):
        return folder.postgres
    fallback = fallback_of(folder.root)
    try:
        fallback.mkdir(exist_ok=True)
        fallback.chmod(0o755)
    except OSError as error:
        raise StartRefusedError(_advice(folder.root, user)) from error
    if not _can_enter(fallback, user):
        raise StartRefusedError(_advice(folder.root, user))
    print(f"{user.pw_name} cannot reach {folder.root}: the database is kept in {fallback / 'postgres'}.", flush=True)
    return fallback / "postgres"


def _can_enter(place: Path, user: pwd.struct_passwd) -> bool:
    return runs(["/bin/sh", "-c", 'cd "$1"', "sh", str(place)], user)


def _advice(place: Path, user: pwd.struct_passwd) -> str:
    return f"PostgreSQL does not run as root, and the user {user.pw_name} cannot reach {place}. {ADVICE}"
