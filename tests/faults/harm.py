"""What is done to the platform. Each harm names its victim, does it, and lets the supervisor mend it."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import signal
import time
from collections.abc import Callable, Mapping

from tests.faults.bad_events import deliver_all_again, poison_every_kind
from tests.faults.patience import patiently

PAUSE_SECONDS = 6.0
OUTAGE_SECONDS = 3.0

Harm = Callable[[pathlib.Path], None]


def kill_apis(folder: pathlib.Path) -> None:
    """Kill -9 the process group of the APIs: every request in flight is cut off."""
    os.killpg(_victim(lambda: _living_group(folder, "api")), signal.SIGKILL)


def kill_one_api_worker(folder: pathlib.Path) -> None:
    """Kill -9 one of the processes that answer requests."""

    def newest() -> int:
        return max(pid for pid, parent in _parents().items() if parent == _children(folder)["api"])

    os.kill(_victim(newest), signal.SIGKILL)


def kill_worker(folder: pathlib.Path) -> None:
    """Kill -9 all relays, consumers and the sealer at once."""
    os.killpg(_victim(lambda: _living_group(folder, "worker")), signal.SIGKILL)


def pause_worker(folder: pathlib.Path) -> None:
    """Stop relays, consumers and the sealer for a while, then let them go on as if nothing had been."""
    group = _victim(lambda: _living_group(folder, "worker"))
    os.killpg(group, signal.SIGSTOP)
    time.sleep(PAUSE_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGCONT)


def kill_database(folder: pathlib.Path) -> None:
    """Kill -9 PostgreSQL and every session of it."""
    os.killpg(_victim(lambda: _postmaster(folder)), signal.SIGKILL)


def pause_database(folder: pathlib.Path) -> None:
    """Stop PostgreSQL for a while: it neither answers nor closes connections."""
    group = _victim(lambda: _postmaster(folder))
    os.killpg(group, signal.SIGSTOP)
    time.sleep(OUTAGE_SECONDS)
    os.killpg(group, signal.SIGCONT)


def cut_sessions(folder: pathlib.Path) -> None:
    """Kill -9 one session: PostgreSQL ends all others and recovers."""

    def newest() -> int:
        postmaster = _postmaster(folder)
        return max(pid for pid, parent in _parents().items() if parent == postmaster and b"_app" in _command(pid))

    os.kill(_victim(newest), signal.SIGKILL)


def kill_kafka(folder: pathlib.Path) -> None:
    """Kill -9 the Kafka node."""
    os.kill(_victim(lambda: _kafka(folder)), signal.SIGKILL)


def pause_kafka(folder: pathlib.Path) -> None:
    """Stop the Kafka node for a while."""
    pid = _victim(lambda: _kafka(folder))
    os.kill(pid, signal.SIGSTOP)
    time.sleep(OUTAGE_SECONDS)
    os.kill(pid, signal.SIGCONT)


HARMS: Mapping[str, Harm] = {
    harm.__name__: harm
    for harm in (
        kill_worker, kill_apis, kill_database, pause_worker, kill_one_api_worker, cut_sessions, pause_database,
        poison_every_kind, deliver_all_again,
    )
}  # fmt: skip
KAFKA_HARMS: Mapping[str, Harm] = {**HARMS, "kill_kafka": kill_kafka, "pause_kafka": pause_kafka}


def _victim(look: Callable[[], int]) -> int:
    """Return who is to be harmed, once there is somebody."""
    return patiently(look, ValueError, StopIteration, ProcessLookupError)


def _living_group(folder: pathlib.Path, name: str) -> int:
    """Return the process group of one of the supervisor's children.

    Raises:
        ProcessLookupError: it was killed, and no other is there yet.
    """
    group = _children(folder)[name]
    os.killpg(group, 0)
    return group


def _children(folder: pathlib.Path) -> dict[str, int]:
    found: dict[str, int] = json.loads((folder / "run" / "platform.json").read_text())["children"]
    return found


def _postmaster(folder: pathlib.Path) -> int:
    """Return the server's process: the supervisor's child of that name, wherever its data are."""
    supervisor = json.loads((folder / "run" / "platform.json").read_text())["supervisor"]
    return next(pid for pid, parent in _parents().items() if parent == supervisor and b"bin/postgres" in _command(pid))


def _kafka(folder: pathlib.Path) -> int:
    return next(pid for pid in _parents() if b"kafka.Kafka" in _command(pid) and str(folder).encode() in _command(pid))


def _command(pid: int) -> bytes:
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def _parents() -> dict[int, int]:
    """Return each process's parent."""
    found = {}
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            found[int(stat.parent.name)] = int(stat.read_text().rsplit(")", 1)[1].split()[1])
    return found
