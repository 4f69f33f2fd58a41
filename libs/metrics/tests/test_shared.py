"""Several processes count as one: every request once, and what a killed one counted stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import urllib3
from prometheus_client.parser import text_string_to_metric_families

from libs.clock import monotonic
from libs.db.embedded import free_port
from libs.metrics.shared import place_of_files

ROOT = Path(__file__).resolve().parents[3]
REQUESTS, WORKERS, SECONDS_MAX = 120, 3, 60
NOBODY = "postgresql://nobody@127.0.0.1:9/nothing"


class Api:
    """The sample service as several processes, without a database: what is asked here asks none."""

    def __init__(self) -> None:
        self.port, self.inside_port = free_port(), free_port()
        ports = {"SAMPLE_PORT": str(self.port), "SAMPLE_INSIDE_PORT": str(self.inside_port)}
        terms = {"SAMPLE_DATABASE_URL": NOBODY, "SAMPLE_BUS_URL": NOBODY, "SAMPLE_API_WORKERS": str(WORKERS)}
        command = [sys.executable, "-m", "tests.support.sample", "api"]
        self.process = subprocess.Popen(command, cwd=ROOT, env=ports | terms)
        until(lambda: self.get("/livez") == 200 and len(self.workers()) == WORKERS)

    def get(self, path: str) -> int:
        """Return the status of an answer; 0 for none."""
        try:
            return urllib3.request("GET", f"http://127.0.0.1:{self.port}{path}", timeout=20, retries=False).status
        except urllib3.exceptions.HTTPError:
            return 0

    def workers(self) -> list[int]:
        """Return the processes that answer."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in children.split()]

    def counted(self, path: str = "/livez", name: str = "http_requests_total") -> float:
        """Return how many requests of a route were answered, as one of the processes tells it."""
        measured = urllib3.request("GET", f"http://127.0.0.1:{self.inside_port}/metrics", timeout=20).data.decode()
        families = text_string_to_metric_families(measured)
        samples = [sample for family in families for sample in family.samples if sample.name == name]
        return sum(sample.value for sample in samples if sample.labels.get("route") == path)

    def ask_much(self) -> None:
        """Send many requests, several at a time."""
        with ThreadPoolExecutor(8) as threads:
            assert set(threads.map(lambda _: self.get("/livez"), range(REQUESTS))) == {200}


def until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so."""
    end = monotonic() + SECONDS_MAX
    while not is_so():
        assert monotonic() < end
        time.sleep(0.05)


@pytest.fixture
def api() -> Iterator[Api]:
    """A running service of several processes."""
    running = Api()
    yield running
    running.process.terminate()
    running.process.wait(SECONDS_MAX)


def test_every_request_is_counted_once_whichever_process_answers_and_a_killed_one_takes_none_away(api: Api) -> None:
    before = api.counted()
    api.ask_much()
    assert {api.counted() for _ in range(10)} == {before + REQUESTS}
    assert api.counted(name="http_request_seconds_count") == before + REQUESTS

    gone = api.workers()[0]
    os.kill(gone, signal.SIGKILL)
    until(lambda: gone not in api.workers() and len(api.workers()) == WORKERS)

    assert {api.counted() for _ in range(10)} == {before + REQUESTS}
    api.ask_much()
    assert api.counted() == before + 2 * REQUESTS
    assert api.counted(name="http_request_seconds_count") == before + 2 * REQUESTS


def test_the_dead_leave_one_file_and_the_end_leaves_none(api: Api) -> None:
    folder = place_of_files() / f"metrics-{os.getuid()}-{api.port}"
    for _ in range(3):
        gone = api.workers()[0]
        os.kill(gone, signal.SIGKILL)
        until(lambda gone=gone: gone not in api.workers() and len(api.workers()) == WORKERS)  # type: ignore[misc]
        api.ask_much()
    api.counted()

    owners = {file.stem.rsplit("_", 1)[1] for file in folder.glob("counter_*.db")}

    assert owners - {str(pid) for pid in api.workers()} <= {"dead"}
    assert "dead" in owners
    api.process.terminate()
    assert api.process.wait(SECONDS_MAX) == 0
    assert not folder.exists()


def test_what_killed_processes_left_is_cleared_away_at_any_next_start(api: Api) -> None:
    folder = place_of_files() / f"metrics-{os.getuid()}-{api.port}"
    for pid in (api.process.pid, *api.workers()):
        os.kill(pid, signal.SIGKILL)
    api.process.wait(SECONDS_MAX)
    assert folder.exists()

    following = Api()  # At another port.

    try:
        until(lambda: not folder.exists())
        assert following.get("/livez") == 200
    finally:
        following.process.terminate()
        following.process.wait(SECONDS_MAX)


def test_a_route_is_named_as_it_is_declared_and_a_path_never(api: Api) -> None:
    assert api.get("/v1/secret-of-somebody") in (401, 404)

    assert api.counted("none") >= 1
    measured = urllib3.request("GET", f"http://127.0.0.1:{api.inside_port}/metrics", timeout=20).data.decode()
    assert "somebody" not in measured
    assert "ready 0.0" in measured  # Its database does not answer.
