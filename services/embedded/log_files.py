"""Logs of a platform that runs are cut when they have grown too large: the last stretch is kept beside, the rest goes.

Everybody who writes one appends to it, so it can be emptied under them. What is written in the moment between the copy
and the cut is lost: some lines, once in twenty megabytes.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from libs.clock import monotonic

LOG_BYTES_MAX = 20 * 1024 * 1024
LOOK_SECONDS = 10.0


def cut_logs(folders: Sequence[Path], *, bytes_max: int = LOG_BYTES_MAX) -> list[Path]:
    """Cut every log of these folders that is too large; return which."""
    large = [path for folder in folders for path in sorted(folder.glob("*.log")) if path.stat().st_size > bytes_max]
    for path in large:
        _cut(path)
    return large


class LogFiles:
    """Looks after the logs of these folders now and then."""

    def __init__(self, *folders: Path) -> None:
        self._folders = folders
        self._look_at = monotonic() + LOOK_SECONDS

    def cut_when_due(self) -> None:
        """Cut what is too large, or do nothing; a full disk must not end what watches over everything."""
        if monotonic() < self._look_at:
            return
        self._look_at = monotonic() + LOOK_SECONDS
        with contextlib.suppress(OSError):
            cut_logs(self._folders)


def _cut(path: Path) -> None:
    """Keep what is in a log as `.log.1` and empty it; where there is no room for a copy, only empty it."""
    kept, fresh = path.with_suffix(".log.1"), path.with_suffix(".log.new")
    try:
        shutil.copyfile(path, fresh)
        fresh.chmod(0o600)
        fresh.replace(kept)
    except OSError:
        fresh.unlink(missing_ok=True)
    os.truncate(path, 0)
