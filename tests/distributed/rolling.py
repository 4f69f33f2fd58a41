"""Two replicas of an API behind what a Service of Kubernetes does, requests without an end, and what became of each."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import urllib3

from libs.clock import monotonic
from libs.db.embedded import free_port

ANSWER_SECONDS_MAX = 20.0
HEARD_SECONDS = 0.5
"""How long the front door may go on sending to a replica that is to end."""
PAUSE_SECONDS = 1.5
"""The manifests' `preStop`, which is longer than HEARD_SECONDS there too."""
END_SECONDS_MAX = 40.0
PACE_SECONDS = 0.02


@dataclass
class Replica:
    """One process of ours, of this tree or of another."""

    process: subprocess.Popen[bytes]
    url: str

    def is_ready(self) -> bool:
        """Tell whether it says so."""
        try:
            return urllib3.request("GET", f"{self.url}/readyz", timeout=5, retries=False).status == 200
        except urllib3.exceptions.HTTPError:
            assert self.process.poll() is None, f"{self.process.args!r} ended"
            return False

    def end(self) -> int:
        """End it by SIGTERM; return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(END_SECONDS_MAX)


@dataclass
class Replicas:
    """Starts processes, and ends those that are left over."""

    variables: Mapping[str, str]
    started: list[Replica] = field(default_factory=list)

    def start(self, tree: Path, service: str, role: str) -> Replica:
        """Start a role of a service from a tree of files."""
        port, prefix = free_port(), service.upper()
        own = {f"{prefix}_PORT": str(port), f"{prefix}_API_WORKERS": "1"}
        command = [sys.executable, "-m", f"services.{service}", role]
        process = subprocess.Popen(command, cwd=tree, env=dict(self.variables) | own)
        replica = Replica(process, f"http://127.0.0.1:{port}")
        self.started.append(replica)
        return replica

    def close(self) -> None:
        """End what still runs."""
        for replica in self.started:
            if replica.process.poll() is None:
                replica.process.kill()
                replica.process.wait()


class Endpoints:
    """Which replicas a Service leads to: taken in when ready, left out a little after they are told to end."""

    def __init__(self) -> None:
        self._replicas: list[Replica] = []
        self._turn = count()
        self._lock = threading.Lock()

    def add(self, replica: Replica) -> None:
        """Lead to it from now on."""
        with self._lock:
            self._replicas.append(replica)

    def retire(self, replica: Replica) -> int:
        """End a replica as Kubernetes does: requests still come for a while, then none, then SIGTERM."""
        signal.sigtimedwait([], HEARD_SECONDS)
        with self._lock:
            self._replicas.remove(replica)
        signal.sigtimedwait([], PAUSE_SECONDS - HEARD_SECONDS)
        return replica.end()

    def choose(self) -> str:
        """Return the address of the one whose turn it is."""
        with self._lock:
            return self._replicas[next(self._turn) % len(self._replicas)].url


@dataclass
class Load:
    """Sends requests from several threads until it is left; each is sent once."""

    send: Callable[[int], int]
    """Sends the request of a number and returns its status."""
    threads: int = 3
    statuses: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)
    _stopped: threading.Event = field(default_factory=threading.Event)
    _running: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Load:
        self._running = [threading.Thread(target=self._run) for _ in range(self.threads)]
        for thread in self._running:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        for thread in self._running:
            thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(PACE_SECONDS):
            began = monotonic()
            try:
                self.statuses.append(self.send(next(self._numbers)))
            except Exception as error:  # noqa: BLE001 - whatever it is, somebody was not served
                self.broken.append(repr(error))
            self.seconds.append(monotonic() - began)


def in_words(seconds: Sequence[float], begun: int, ended: int) -> str:
    """Say how long 99 of 100 answers took before, during and after a roll-out; `begun`, `ended`: after how many."""
    parts = {"before": seconds[:begun], "during": seconds[begun:ended], "after": seconds[ended:]}
    p99 = {name: sorted(part)[int(len(part) * 0.99)] * 1000 for name, part in parts.items() if part}
    told = ", ".join(f"{name} {milliseconds:.0f} ms" for name, milliseconds in p99.items())
    return f"p99 of {len(seconds)} answers: {told}; during it {p99['during'] / p99['before']:.1f} times as long"
