"""Processes forked after everything was imported, so that they share its memory, and restarted when they die."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import traceback
from collections.abc import Callable

from libs.clock import monotonic

BACKOFF_FIRST_SECONDS = 0.2
BACKOFF_MAX_SECONDS = 10.0
STEADY_SECONDS = 30.0
_PR_SET_PDEATHSIG = 1


class Child:
    """One process of the platform, and its successors."""

    def __init__(self, name: str, target: Callable[[], None], *, log: Callable[[], int] | None) -> None:
        """`target` runs in the new process; `log` gives the descriptor its output goes to (None: ours)."""
        self.name = name
        self.pid = 0
        self.code: int | None = None
        self._target = target
        self._log = log
        self._started_at = 0.0
        self._backoff = BACKOFF_FIRST_SECONDS
        self._again_at: float | None = None

    def start(self) -> None:
        """Fork the process; it dies with us."""
        parent = os.getpid()
        self._started_at, self._again_at, self.code = monotonic(), None, None
        sys.stdout.flush()
        self.pid = os.fork()
        if self.pid == 0:
            self._be_the_child(parent)

    def poll(self) -> bool:
        """Tell whether it lives; collect it if not."""
        if not self.pid:
            return False
        try:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
        except ChildProcessError:
            pid, status = self.pid, 1
        if pid == 0:
            return True
        self.pid, self.code = 0, os.waitstatus_to_exitcode(status)
        return False

    def revive(self) -> bool:
        """Start it again when it died and its time has come; True when it was started now."""
        if self.poll():
            return False
        now = monotonic()
        if self._again_at is None:
            steady = now - self._started_at > STEADY_SECONDS
            self._backoff = BACKOFF_FIRST_SECONDS if steady else min(self._backoff * 2, BACKOFF_MAX_SECONDS)
            self._again_at = now + self._backoff
        if now < self._again_at:
            return False
        self.start()
        return True

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to it and to what it forked."""
        if self.pid:
            try:
                os.killpg(self.pid, number)
            except ProcessLookupError:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self.pid, number)

    def _be_the_child(self, parent: int) -> None:
        code = 1
        try:
            os.setpgid(0, 0)
            die_with_parent(parent)
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)
            signal.set_wakeup_fd(-1)
            if self._log is not None:
                descriptor = self._log()
                os.dup2(descriptor, 1)
                os.dup2(descriptor, 2)
            self._target()
            code = 0
        except SystemExit as ended:
            if isinstance(ended.code, str):
                os.write(2, f"{ended.code}\n".encode())
            code = ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
        except BaseException:  # noqa: BLE001 - the last frame of a process: whatever it is goes to its log
            os.write(2, traceback.format_exc().encode())
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)


def die_with_parent(parent: int) -> None:
    """Ask the kernel to end this process when `parent` dies, also by kill -9 (Linux; elsewhere the pid file serves)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(1)
