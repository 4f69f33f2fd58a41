"""A harm may come while the one before is still being mended: then it waits until there is something to harm."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

SECONDS_MAX = 120.0
T = TypeVar("T")


def patiently(act: Callable[[], T], *passing: type[Exception]) -> T:
    """Do something again until it does not fail by what passes by itself."""
    end = time.monotonic() + SECONDS_MAX
    while True:
        try:
            return act()
        except passing:
            if time.monotonic() > end:
                raise
        time.sleep(0.1)
