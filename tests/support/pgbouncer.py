"""A real PgBouncer before a database, where one is installed."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import psycopg.conninfo

from libs.clock import monotonic
from libs.db.database import plain_url
from libs.db.embedded import free_port
from libs.db.programs import unprivileged_user

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
SECONDS_MAX = 30.0


@contextlib.contextmanager
def bouncing(url: str, folder: Path, *, sessions: int, connect_query: str) -> Iterator[str]:
    """Give the URL of a database behind PgBouncer in transaction mode; everybody who comes is the role of `url`."""
    assert PROGRAM is not None
    given, port, user = psycopg.conninfo.conninfo_to_dict(plain_url(url)), free_port(), unprivileged_user()
    server = " ".join(f"{name}={given[name]}" for name in ("host", "port", "dbname", "user", "password"))
    folder.chmod(0o755)
    place = folder / "pgbouncer.ini"
    place.write_text(
        f"[databases]\n{given['dbname']} = {server} connect_query='{connect_query}'\n[pgbouncer]\n"
        f"listen_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = any\npool_mode = transaction\n"
        f"default_pool_size = {sessions}\nunix_socket_dir =\nlogfile =\n"
    )
    place.chmod(0o644)
    process = subprocess.Popen([PROGRAM, str(place)], user=user.pw_uid if user else None, stderr=subprocess.DEVNULL)
    through = f"postgresql://{given['user']}@127.0.0.1:{port}/{given['dbname']}?sslmode=disable"
    try:
        _wait(through, process)
        yield through
    finally:
        process.terminate()
        process.wait(SECONDS_MAX)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    end = monotonic() + SECONDS_MAX
    while True:
        try:
            psycopg.connect(url).close()
            return
        except psycopg.OperationalError:
            assert process.poll() is None, "PgBouncer ended"
            assert monotonic() < end
            signal.sigtimedwait([], 0.1)
