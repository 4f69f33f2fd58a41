"""A platform started as a person would, for tests that kill parts of it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS_MAX = 900.0
STOP_SECONDS_MAX = 15.0


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Started:
    """One started platform."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder, self.port = folder, free_port()
        self._log = folder.parent / "printed.log"
        command = [sys.executable, "-m", "services.embedded", "run", "--data", str(folder), "--port", str(self.port)]
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, *options], cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )

    def printed(self) -> str:
        """Return what it has printed."""
        return self._log.read_text(errors="replace")

    def await_ready(self) -> None:
        """Wait until /readyz says ready."""
        self.await_that(lambda: self.readiness()[0] == 200)

    def await_that(self, is_so: Callable[[], bool], *, seconds: float = START_SECONDS_MAX) -> None:
        """Wait until something is so; the platform must live meanwhile."""
        end = time.monotonic() + seconds
        while not is_so():
            assert self.process.poll() is None, self.printed()[-2000:]
            assert time.monotonic() < end, self.printed()[-2000:]
            time.sleep(0.1)

    def readiness(self) -> tuple[int, dict[str, Any]]:
        """Return the status and the document of /readyz, as it is told inside; 0 when nobody of this start answers.

        The parts of a start whose supervisor was killed may answer for some moments more.
        """
        try:
            running = json.loads((self.folder / "run" / "platform.json").read_text())
            if running["supervisor"] != self.process.pid:
                return 0, {}
            with urllib.request.urlopen(f"{running['inside_url']}/readyz", timeout=20) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)
        except OSError:
            return 0, {}

    def pids(self) -> dict[str, int]:
        """Return the processes by name, the supervisor and, while there is one, the database among them."""
        found = json.loads((self.folder / "run" / "platform.json").read_text())
        pids = {**found["children"], "supervisor": found["supervisor"]}
        with contextlib.suppress(FileNotFoundError):
            lock = (self.folder / "postgres" / "data" / "postmaster.pid").read_text()
            pids["database"] = int(lock.split("\n", 1)[0])
        return pids

    def stop(self) -> int:
        """Stop it as Ctrl-C does; return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(STOP_SECONDS_MAX)


@contextlib.contextmanager
def started(folder: Path, *options: str) -> Iterator[Started]:
    """Give a platform that is ready, and stop it."""
    platform = Started(folder, *options)
    try:
        platform.await_ready()
        yield platform
    finally:
        if platform.process.poll() is None:
            try:
                platform.stop()
            except subprocess.TimeoutExpired:
                os.killpg(platform.process.pid, signal.SIGKILL)


def run(
    *arguments: str, seconds: float = START_SECONDS_MAX, more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a module of the project to its end, with more variables than ours."""
    command = [sys.executable, "-m", *arguments]
    variables = {**os.environ, **(more or {})}
    return subprocess.run(
        command, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=seconds, check=False
    )
