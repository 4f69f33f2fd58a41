"""A whole embedded platform for tests: another process, started as a person would, reset between stories."""

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

import urllib3

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 900  # With Kafka's jars to fetch first, on a busy machine.
STOP_SECONDS = 20
PR_SET_PDEATHSIG = 1


class PlatformStartError(Exception):
    """The platform did not become ready; the message ends with what it printed."""


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Platform:
    """One embedded platform in demo mode with a clock that tests move; empty but for two members of staff."""

    def __init__(self, folder: Path, *, broker: str = "postgres") -> None:
        self.folder, self.broker, self.port = folder / "platform", broker, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = folder / "platform.log"
        self._fresh = False
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Platform":
        self.folder.parent.chmod(0o755)  # as root, PostgreSQL runs as another user, who must reach its folder
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *self._command("run"),
                    "--port",
                    str(self.port),
                    "--broker",
                    self.broker,
                    "--manual-clock",
                    "--no-demo",
                ],
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )
        self._await_ready()
        self._fresh = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None, "entered before left"
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def reset(self) -> None:
        """Make the platform as empty as it was at its start."""
        if self._fresh:
            self._fresh = False
            return
        running = json.loads((self.folder / "run" / "platform.json").read_text())
        secret = (self.folder / "secrets" / "control.secret").read_text()
        with socket.create_connection(("127.0.0.1", running["control_port"]), timeout=START_SECONDS) as control:
            control.sendall(f"{secret} reset\n".encode())
            answer = control.recv(256).decode().strip()
        if answer != "done":
            raise PlatformStartError(f"reset: {answer}\n{self._log.read_text(errors='replace')[-3000:]}")
        self._await_ready()

    def _command(self, act: str) -> list[str]:
        return [sys.executable, "-m", "services.embedded", act, "--data", str(self.folder)]

    def _await_ready(self) -> None:
        assert self._process is not None, "started before awaited"
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if self._process.poll() is not None:
                raise PlatformStartError(self._log.read_text(errors="replace")[-3000:])
            try:
                if urllib3.request("GET", f"{self.url}/readyz", timeout=5, retries=False).status == 200:
                    return
            except urllib3.exceptions.HTTPError:
                pass
            time.sleep(0.05)
        raise PlatformStartError(self._log.read_text(errors="replace")[-3000:])


def _end_with_parent() -> None:
    """Have the kernel interrupt the platform when the test run that started it is killed (Linux)."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)
