"""A harm may come while the one before is still being mended: then it waits until there is something to harm."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from tests.scenarios.client import Client, PlatformError

SECONDS_MAX = 120.0
STILL_SECONDS_MAX = 240.0
SETTLE_SECONDS_MAX = 3600.0
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


def settle(client: Client) -> None:
    """Wait until nothing is on its way any more, for as long as what is on its way changes."""
    began = moved_at = time.monotonic()
    last = ""
    while True:
        try:
            client.settle()
            return
        except (PlatformError, OSError) as error:
            now = time.monotonic()
            if str(error) != last:
                last, moved_at = str(error), now
            if now - moved_at > STILL_SECONDS_MAX or now - began > SETTLE_SECONDS_MAX:
                raise
        time.sleep(1)
