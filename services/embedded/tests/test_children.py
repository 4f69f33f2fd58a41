"""Child processes: what dies is started again, later and later; what is asked to end ends."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from services.embedded.children import Child


def sleep_long() -> None:
    """Be a child that lives until it is killed."""
    time.sleep(60)


def wait_until_dead(child: Child) -> None:
    """Wait for a child's end."""
    end = time.monotonic() + 20
    while child.poll() and time.monotonic() < end:
        time.sleep(0.02)


def test_a_killed_child_is_started_again_after_a_pause() -> None:
    child = Child("sleeper", sleep_long, log=None)
    child.start()
    first = child.pid
    os.kill(first, signal.SIGKILL)
    wait_until_dead(child)

    at_once = child.revive()
    time.sleep(1)
    later = child.revive()

    assert not at_once
    assert later
    assert child.pid not in (0, first)
    child.signal(signal.SIGKILL)
    wait_until_dead(child)


def test_a_child_that_fails_tells_its_code_and_its_log(tmp_path: Path) -> None:
    def fail() -> None:
        raise ValueError("a reason")

    path = tmp_path / "log"
    child = Child("failing", fail, log=lambda: os.open(path, os.O_CREAT | os.O_WRONLY))

    child.start()
    wait_until_dead(child)

    assert child.code == 1
    assert "ValueError: a reason" in path.read_text()


def test_sigterm_ends_a_child() -> None:
    child = Child("sleeper", sleep_long, log=None)
    child.start()
    time.sleep(0.3)

    child.signal(signal.SIGTERM)
    wait_until_dead(child)

    assert child.code == -signal.SIGTERM
