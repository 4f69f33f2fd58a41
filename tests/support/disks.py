"""Tests that need a disk of their own, to fill: marked `mounts`, and left out, by name, where none can be had.

Mounting needs root, and some containers forbid it even then. What these tests show of a full disk is shown elsewhere by
a limit on the size of files, so that leaving them out leaves no rule untested.
"""

from __future__ import annotations

import functools
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

LEFT_OUT = pytest.StashKey[list[str]]()


@contextmanager
def mounted(*, megabytes: int) -> Iterator[Path]:
    """Give a disk of this size, as a folder that every user may enter.

    Raises:
        subprocess.CalledProcessError: nothing may be mounted here.
    """
    folder = Path(tempfile.mkdtemp(prefix="timebank-disk-"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs", str(folder)]
    try:
        subprocess.run(mount, capture_output=True, check=True)
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], capture_output=True, check=False)
        with suppress(OSError):
            folder.rmdir()


@functools.cache
def may_mount() -> bool:
    """Tell whether a disk can be had."""
    try:
        with mounted(megabytes=1):
            return True
    except (subprocess.CalledProcessError, OSError):
        return False


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs a disk of its own where there is none."""
    left_out = [test for test in items if test.get_closest_marker("mounts")]
    if left_out and not may_mount():
        items[:] = [test for test in items if test not in left_out]
        config.hook.pytest_deselected(items=left_out)
        config.stash[LEFT_OUT] = [test.nodeid for test in left_out]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name what was left out."""
    for name in config.stash.get(LEFT_OUT, []):
        terminalreporter.write_line(f"left out, because nothing may be mounted here: {name}")
