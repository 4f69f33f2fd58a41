"""Which connections processes have, as the kernel lists them (Linux): who asks whom, at which port."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

ESTABLISHED = "01"
LOOK_SECONDS = 0.05
Connection = tuple[str, str, int]
"""From whom, to whom, at which port of theirs."""


class Watch:
    """Looks again and again until left, and remembers every connection it saw."""

    def __init__(self, processes: Callable[[], Mapping[str, int]], targets: Mapping[int, tuple[str, int]]) -> None:
        """`processes` are asked for by name; `targets` says whose a local port is, and which port it stands for."""
        self.seen: set[Connection] = set()
        self._processes, self._targets = processes, targets
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(LOOK_SECONDS):
            self.look()

    def look(self) -> None:
        """Note the connections there are now."""
        owners = {pid: name for name, parent in self._processes().items() for pid in _family(parent)}
        asked = {inode: self._targets[port] for inode, port in _asked_ports() if port in self._targets}
        for pid, name in owners.items():
            for inode in _sockets(pid):
                if inode in asked:
                    self.seen.add((name, *asked[inode]))


def _asked_ports() -> Iterator[tuple[str, int]]:
    """Yield each established connection's inode and the port at its other end; IPv4 only, for we stay on loopback."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        parts = line.split()
        if parts[3] == ESTABLISHED:
            yield parts[9], int(parts[2].split(":")[1], 16)


def _sockets(pid: int) -> Iterator[str]:
    with contextlib.suppress(OSError):
        for name in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                link = os.readlink(f"/proc/{pid}/fd/{name}")
                if link.startswith("socket:["):
                    yield link[8:-1]


def _family(pid: int) -> Iterator[int]:
    """Yield a process and all that it forked."""
    yield pid
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            for child in Path(f"/proc/{pid}/task/{task}/children").read_text().split():
                yield from _family(int(child))
