"""Every night the worker compares the services by itself, and `timebank status` shows what it found."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from libs.clock import local_date
from tests.scenarios.client import Client
from tests.scenarios.story import CASES, load_story
from tests.scenarios.world import World
from tests.support.platform import ROOT, Platform

NIGHT_SECONDS_MAX = 180.0


@pytest.mark.parametrize("broker", ["postgres", pytest.param("kafka", marks=pytest.mark.kafka)])
def test_after_a_night_status_tells_that_the_services_agree(place: Path, broker: str) -> None:
    with Platform(place, broker=broker) as platform:
        world = World(load_story(next((CASES / "flow").glob("01-*.yaml"))), Client(platform.url))
        world.prepare()
        night = local_date(world.story.instant("D9 03:01")).isoformat()
        line = f"reconciled in the night of {night}: the services agree"
        before = status(platform)

        world.client.advance(world.story.instant("D9 03:01"))
        end = time.monotonic() + NIGHT_SECONDS_MAX
        while line not in (after := status(platform)) and time.monotonic() < end:
            time.sleep(0.2)
        log = (platform.folder / "logs" / "worker.log").read_text()

    assert line not in before
    assert line in after
    assert '"event": "reconciled"' in log


def status(platform: Platform) -> str:
    """Return what `timebank status` prints."""
    command = [sys.executable, "-m", "services.operator", "--data", str(platform.folder), "status"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False).stdout
