"""Metrics of several processes told as one: each writes a file of its own, whoever is asked reads all of them.

The files are in memory where the machine has a folder for that, so that a full disk stops no counting process.

What a process counted stays when it dies: whoever is asked next, or whoever starts its successor, adds it to what the
dead have counted. What it said of itself goes with it. Every number is written when it is counted, so that `kill -9`
loses none; see docs/decisions/0045-metrics-of-several-processes.md.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from prometheus_client import PLATFORM_COLLECTOR, REGISTRY, CollectorRegistry, generate_latest, values
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
KINDS_KEPT = ("counter", "histogram")
DEAD = "dead"
OWNER = "owner"
MEMORY = Path("/dev/shm")
_shared: list[Path] = []


@contextmanager
def counting_together(name: str) -> Iterator[Path]:
    """Let this process and all that it forks count together, from nothing; to be entered before anything is counted.

    Any start clears away what killed ones left, under this name or another.
    """
    owner, folder = os.getpid(), place_of_files() / f"{_beginning()}{name}"
    _clear_left()
    shutil.rmtree(folder, ignore_errors=True)
    with _owned(folder):
        share(folder)
        try:
            yield folder
        finally:
            if os.getpid() == owner:  # A forked worker ends by the same way, and the others count on.
                _shared.clear()
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _owned(folder: Path) -> Iterator[None]:
    """Make a folder whose lock is held as long as this process or a fork of it lives."""
    fresh = Path(tempfile.mkdtemp(prefix=".metrics-", dir=folder.parent))
    with (fresh / OWNER).open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        fresh.rename(folder)  # Locked before anybody can find it.
        yield


def _clear_left() -> None:
    """Remove the folders of those who were killed."""
    for lock in place_of_files().glob(f"{_beginning()}*/{OWNER}"):
        with suppress(OSError), lock.open("rb") as left:
            fcntl.flock(left, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock.parent, ignore_errors=True)


def _beginning() -> str:
    return f"metrics-{os.getuid()}-"


def share(folder: Path) -> None:
    """Count in a folder from here on, as every process that is given the same one."""
    os.environ[FOLDER_VARIABLE] = str(folder)
    values.ValueClass = values.MultiProcessValue()
    _shared[:] = [folder]


def place_of_files() -> Path:
    return MEMORY if os.access(MEMORY, os.W_OK) else Path(tempfile.gettempdir())


def exposition() -> bytes:
    """Return what all processes that count together have counted, in the text form of Prometheus."""
    if not _shared:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    registry.register(PLATFORM_COLLECTOR)
    with _locked(_shared[0]) as folder:
        _bury(folder)
        MultiProcessCollector(registry, str(folder))
        return generate_latest(registry)


def bury_dead() -> None:
    """Add up what processes counted that are no more, and forget how they were; one file is left of all of them."""
    if _shared:
        with _locked(_shared[0]) as folder:
            _bury(folder)


@contextmanager
def _locked(folder: Path) -> Iterator[Path]:
    """Let nobody read while the dead are added up."""
    with (folder / "lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def _bury(folder: Path) -> None:
    for file in sorted(folder.glob("*.db")):
        kind, owner = file.stem.split("_", 1)[0], file.stem.rsplit("_", 1)[1]
        if owner == DEAD or _lives(int(owner)):
            continue
        if kind in KINDS_KEPT:
            _add(file, folder / f"{kind}_{DEAD}.db")
        file.unlink()


def _add(file: Path, to: Path) -> None:
    sums = MmapedDict(str(to))
    try:
        for key, value, _, _ in MmapedDict.read_all_values_from_file(str(file)):
            sums.write_value(key, sums.read_value(key)[0] + value, 0.0)
    finally:
        sums.close()


def _lives(pid: int) -> bool:
    """Tell whether a process is there; one that ended and was not waited for yet counts nothing any more."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
