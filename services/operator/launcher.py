"""Use the platform that runs on a folder, or start one and stop it afterwards."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import click

from libs.clock import monotonic
from services.operator.platform import PlatformAwayError, RunningPlatform, find

START_SECONDS_MAX = 300
STOP_SECONDS_MAX = 15
LOOK_SECONDS = 0.3


@contextlib.contextmanager
def running_platform(folder: Path, *, port: int, broker: str, city_orders: int) -> Iterator[RunningPlatform]:
    """Give a platform that is ready; one that was started here is stopped at the end.

    Raises:
        PlatformAwayError: it did not become ready.
    """
    with contextlib.suppress(PlatformAwayError):
        platform = find(folder)
        yield platform
        return
    click.echo(f"No platform runs on {folder}: starting one.")
    command = [sys.executable, "-m", "services.embedded", "run", "--data", str(folder), "--port", str(port)]
    options = ["--broker", broker, "--city-orders", str(city_orders)]
    started = subprocess.Popen([*command, *options], start_new_session=True)
    try:
        yield _ready(folder, started)
    finally:
        started.send_signal(signal.SIGINT)
        try:
            started.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            started.kill()


def _ready(folder: Path, started: subprocess.Popen[bytes]) -> RunningPlatform:
    end = monotonic() + START_SECONDS_MAX
    while monotonic() < end:
        if started.poll() is not None:
            raise PlatformAwayError("the platform did not start; its reason is above")
        with contextlib.suppress(PlatformAwayError, OSError):
            platform = find(folder)
            with urllib.request.urlopen(f"{platform.url}/readyz", timeout=5) as answer:
                if answer.status == 200:
                    return platform
        time.sleep(LOOK_SECONDS)
    raise PlatformAwayError("the platform did not become ready")
