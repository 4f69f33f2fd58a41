"""Where tests keep their folders: in memory where there is plenty, otherwise where the system keeps temporary files.

A test that asks for a fresh database makes and removes 300 files. On ext4 that costs more processor time than all else
it does, because new files look for inodes that were not freed a moment ago. Nothing here is meant to outlive the run;
what survives a kill -9 survives it in memory too.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

MEMORY = Path("/dev/shm")
FREE_BYTES_MIN = 8 << 30
PARENT_NAME = "timebank-tests"


def pytest_configure() -> None:
    """Choose the folder, also for the processes that tests start."""
    chosen = _folder_in_memory()
    if chosen is not None:
        os.environ["TMPDIR"] = str(chosen)
        tempfile.tempdir = str(chosen)


@pytest.fixture(scope="session", autouse=True)
def _reachable(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Let the user whom PostgreSQL runs as, where the tests are root, go through to the folders it is given."""
    base = tmp_path_factory.getbasetemp()
    for folder in (base, *base.parents):
        if folder.stat().st_uid == os.getuid() and folder.is_relative_to(tempfile.gettempdir()):
            folder.chmod(0o711)


def _folder_in_memory() -> Path | None:
    """Return a folder of our own in memory; None where there is too little of it."""
    folder = MEMORY / f"{PARENT_NAME}-{os.getuid()}"
    try:
        if min(shutil.disk_usage(MEMORY).free, _free_memory_bytes()) < FREE_BYTES_MIN:
            return None
        folder.mkdir(mode=0o711, exist_ok=True)
    except OSError:
        return None
    return folder if folder.stat().st_uid == os.getuid() else None


def _free_memory_bytes() -> int:
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) << 10
    return 0
