"""Starts everything, watches over it, and stops it cleanly.

The supervisor imports every service once and forks: what was imported is shared by all processes and costs its memory
once. It starts no thread and keeps no database connection, so that a fork is safe at any time.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from libs.clock import ManualClock, monotonic
from libs.db.embedded import free_port
from libs.metrics import bury_dead
from libs.wake import bind_wake_socket
from services.embedded.backends import Backends
from services.embedded.children import Child
from services.embedded.control import RUN_FILE, SECRET_FILE
from services.embedded.control_port import ControlPort, answer
from services.embedded.databases import Databases
from services.embedded.folder import DataFolder
from services.embedded.log_files import LogFiles
from services.embedded.settings import SERVICES, RunOptions
from services.embedded.witnessing import forget_logs
from services.operator.nightly import KEPT_FILE

STOP_SECONDS_MAX = 8.0
LOOK_SECONDS = 0.25
FIRST_INSTANT = datetime(2025, 12, 31, 16, tzinfo=UTC)  # 2026 begins in the programme's zone.
READY_SECONDS_MAX = 60.0


class Supervisor:
    """The parent of every process of one platform."""

    def __init__(
        self,
        options: RunOptions,
        folder: DataFolder,
        databases: Databases,
        backends: Backends,
    ) -> None:
        self._options = options
        self._folder = folder
        self._databases = databases
        self._backends = backends
        self._children: list[Child] = []
        self._stopping = False
        self._logs = LogFiles(folder.logs, backends.server.folder, folder.kafka)
        self._wake_read, self._wake_write = os.pipe()
        self._control = ControlPort(folder.password(SECRET_FILE))
        self.inside_port = options.inside_port or free_port()
        self.wakes = {name: bind_wake_socket() for name in SERVICES}
        """What each service's relay is woken on; every worker inherits it, and nobody else can take it."""

    def listen_to_signals(self) -> None:
        """Stop on SIGINT and SIGTERM; look around when a child ends."""
        for number in (self._wake_read, self._wake_write):
            os.set_blocking(number, False)
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        for stop in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(stop, self._ask_to_stop)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)

    @property
    def is_stopping(self) -> bool:
        """Tell whether somebody asked us to stop."""
        return self._stopping

    def start(self, *children: Child) -> None:
        """Fork the children, after putting what is imported out of the collector's way."""
        gc.collect()
        gc.freeze()
        for child in children:
            child.start()
            self._children.append(child)
        self._write_run_file()

    def retire(self, child: Child) -> None:
        """Stop a child for good."""
        child.signal(signal.SIGTERM)
        end = monotonic() + STOP_SECONDS_MAX
        while child.poll() and monotonic() < end:
            self._sleep(0.02)
        child.signal(signal.SIGKILL)
        self._children.remove(child)

    def run_once(self, child: Child) -> int:
        """Run a child to its end, watching over the others; return its exit code."""
        child.start()
        while not self._stopping:
            if not child.poll():
                return child.code if child.code is not None else 1
            self._look_after()
        child.signal(signal.SIGTERM)
        return 130

    def wait_for(self, is_ready: Callable[[], bool], *, seconds: float = READY_SECONDS_MAX) -> bool:
        """Watch over the children until something is ready."""
        end = monotonic() + seconds
        while not self._stopping and monotonic() < end:
            if is_ready():
                return True
            self._look_after(0.02)
        return False

    def watch(self) -> None:
        """Restart what dies and obey `reset`, until we are asked to stop."""
        while not self._stopping:
            self._look_after()

    def stop(self) -> None:
        """Stop the APIs, then the workers, then the database; kill what does not end in time."""
        end = monotonic() + STOP_SECONDS_MAX
        for child in reversed(self._children):
            child.signal(signal.SIGTERM)
        while self._any_lives() and monotonic() < end:
            self._sleep(0.05)
        for child in self._children:
            child.signal(signal.SIGKILL)
        self._backends.stop()
        (self._folder.run / RUN_FILE).unlink(missing_ok=True)

    def _look_after(self, seconds: float = LOOK_SECONDS) -> None:
        self._sleep(seconds)
        if self._stopping:
            return
        self._logs.cut_when_due()
        restarted = self._backends.restart_dead() + [child.name for child in self._children if child.revive()]
        if restarted:
            bury_dead()
            print(f"restarted: {', '.join(restarted)}", flush=True)
            self._write_run_file()

    def _sleep(self, seconds: float) -> None:
        ready, _, _ = select.select([self._wake_read, *self._control.descriptors()], [], [], seconds)
        if self._wake_read in ready:
            os.read(self._wake_read, 512)
        for verb, connection in self._control.heard(ready):
            answer(connection, self._obey(verb))

    def _ask_to_stop(self, _number: int, _frame: object) -> None:
        self._stopping = True

    def _obey(self, verb: str) -> str:
        """Do what was asked for by who knows the secret; return the answer."""
        if verb != "reset" or not self._options.manual_clock:
            return "refused: only a platform with a manual clock is emptied"
        self._reset()
        return "done"

    def _reset(self) -> None:
        """Empty every database and start the processes anew; nothing of before is worth a clean end."""
        for child in self._children:
            child.signal(signal.SIGKILL)
        while self._any_lives():
            select.select([], [], [], 0.005)
        if self._backends.kafka_addresses is not None:
            self._run_apart(self._backends.forget_events)
        self._databases.empty()
        forget_logs(self._folder)
        for kept in ("worker.json", KEPT_FILE.name):
            (self._folder.run / kept).unlink(missing_ok=True)
        reset_clock(self._folder)
        for child in self._children:
            child.start()
        self._write_run_file()

    def _run_apart(self, act: Callable[[], None]) -> None:
        """Run something that starts threads in a process of its own: a supervisor that forks has none."""
        child = Child("apart", act, log=lambda: self._folder.log("worker"))
        child.start()
        while child.poll():
            select.select([], [], [], 0.005)

    def _any_lives(self) -> bool:
        """Tell whether a child lives; each is asked, so that each is collected."""
        return sum(child.poll() for child in self._children) > 0

    def _write_run_file(self) -> None:
        content: dict[str, Any] = {
            "supervisor": os.getpid(),
            "children": {child.name: child.pid for child in self._children},
            "control_port": self._control.port,
            "inside_url": f"http://127.0.0.1:{self.inside_port}",
            "url": f"http://{self._options.host}:{self._options.port}",
            "kind": self._options.kind,
            "broker": self._options.broker,
            "readers": {name: self._databases.urls(name).reader for name in self._databases.names()},
            "writers": {name: self._databases.urls(name).app for name in self._databases.names()},
        }
        try:
            self._folder.write_run(RUN_FILE, content)
        except OSError as error:  # A full disk must not end what watches over everything.
            print(f"{RUN_FILE} could not be written: {error.strerror}", file=sys.stderr, flush=True)


def reset_clock(folder: DataFolder) -> None:
    """Let the time of a platform with a manual clock begin before any story, and stand still."""
    ManualClock(folder.clock).set(FIRST_INSTANT)
