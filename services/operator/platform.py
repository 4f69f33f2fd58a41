"""Where a platform is: its port, and the read-only way into each database, as its supervisor wrote them down."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path

from libs.clock import Clock, ManualClock, SystemClock

RUN_FILE = Path("run") / "platform.json"
CLOCK_FILE = Path("clock")


class PlatformAwayError(Exception):
    """No platform runs on this folder."""


@dataclasses.dataclass(frozen=True)
class RunningPlatform:
    """A platform that runs now."""

    url: str
    # Where it says what is wrong, to this machine only.
    inside_url: str
    kind: str
    broker: str
    supervisor: int
    children: dict[str, int]
    readers: dict[str, str]
    # The services' own roles, for the few acts that change something: mending events.
    writers: dict[str, str]


def find(folder: Path) -> RunningPlatform:
    """Return the platform that runs on a data folder.

    Raises:
        PlatformAwayError: there is none.
    """
    try:
        found = json.loads((folder / RUN_FILE).read_text())
        os.kill(found["supervisor"], 0)
    except (OSError, ValueError) as error:
        raise PlatformAwayError(f"No platform runs on {folder}; start it: make run") from error
    names = [field.name for field in dataclasses.fields(RunningPlatform)]
    return RunningPlatform(**{name: found[name] for name in names})


def platform_clock(folder: Path) -> Clock:
    """Return the clock all processes of a data folder's platform take their time from."""
    return ManualClock(folder / CLOCK_FILE) if (folder / CLOCK_FILE).exists() else SystemClock()
