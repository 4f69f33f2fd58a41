"""Starting, being refused with a reason, being killed, and going on."""

from __future__ import annotations

import json
import os
import signal
import socket
from pathlib import Path

import pytest

from tests.e2e.platform import Started, free_port, run, started
from tests.support.kafka import fetch_kafka

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def test_a_start_says_where_it_is_and_ctrl_c_stops_everything(place: Path) -> None:
    with started(place / "data", "--no-demo") as platform:
        pids = platform.pids()

        assert platform.stop() == 0

    assert f"http://127.0.0.1:{platform.port}" in platform.printed()
    assert [name for name, pid in pids.items() if _lives(pid)] == []


def test_a_second_start_on_the_same_folder_is_refused_with_the_reason(place: Path) -> None:
    with started(place / "data", "--no-demo"):
        second = run("services.embedded", "run", "--data", str(place / "data"), "--port", "1", "--no-demo")

    assert second.returncode == 2
    assert "Port 1" in second.stderr or "already runs" in second.stderr


def test_a_taken_port_is_named(place: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])

        refused = run("services.embedded", "run", "--data", str(place / "data"), "--port", port)

    assert refused.returncode == 2
    assert f"Port {port}" in refused.stderr
    assert "make run PORT=" in refused.stderr


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("postgres/data/PG_VERSION", "14\n", "PostgreSQL 14"),
        ("platform.json", json.dumps({"format": 99}), "format 99"),
        ("platform.json", json.dumps({"format": 1, "kind": "live", "broker": "postgres"}), "kind 'live'"),
    ],
)
def test_a_folder_of_another_version_or_kind_is_refused(place: Path, name: str, content: str, words: str) -> None:
    (place / name).parent.mkdir(parents=True, exist_ok=True)
    (place / name).write_text(content)

    refused = run("services.embedded", "run", "--data", str(place), "--port", str(free_port()))

    assert refused.returncode == 2, refused.stdout + refused.stderr
    assert words in refused.stderr


def test_something_that_is_no_folder_is_refused(place: Path) -> None:
    (place / "file").write_text("")

    refused = run("services.embedded", "run", "--data", str(place / "file"), "--port", str(free_port()))

    assert refused.returncode == 2
    assert "not a folder" in refused.stderr


def test_a_killed_worker_or_api_is_started_again(place: Path) -> None:
    with started(place / "data", "--no-demo") as platform:
        before = platform.pids()

        os.kill(before["worker"], signal.SIGKILL)
        os.kill(before["api"], signal.SIGKILL)

        platform.await_that(lambda: {"worker", "api"}.isdisjoint(_same(before, platform.pids())))
        platform.await_ready()


def test_readiness_names_the_database_while_it_is_away_and_recovers(place: Path) -> None:
    with started(place / "data", "--no-demo") as platform:
        pids = platform.pids()
        os.kill(pids["supervisor"], signal.SIGSTOP)  # So that nobody starts the database again yet.
        os.kill(pids["database"], signal.SIGKILL)

        platform.await_that(lambda: _is_named(platform, "database"), seconds=60)
        os.kill(pids["supervisor"], signal.SIGCONT)

        platform.await_that(lambda: platform.pids().get("database", pids["database"]) != pids["database"])
        platform.await_ready()
        assert _same(pids, platform.pids()) >= {"worker", "api", "supervisor"}


@pytest.mark.kafka
def test_readiness_names_the_broker_while_it_is_away_and_recovers(place: Path) -> None:
    fetch_kafka()
    with started(place / "data", "--no-demo", "--broker", "kafka") as platform:
        pids = platform.pids()
        node = json.loads((platform.folder / "run" / "kafka.json").read_text())["pid"]
        os.kill(pids["supervisor"], signal.SIGSTOP)  # So that nobody starts the node again yet.
        os.kill(node, signal.SIGKILL)

        platform.await_that(lambda: _is_named(platform, "broker"), seconds=60)
        os.kill(pids["supervisor"], signal.SIGCONT)

        platform.await_ready()
        assert _same(pids, platform.pids()) >= {"worker", "api", "supervisor"}


def test_after_kill_9_of_everything_the_next_start_goes_on(place: Path) -> None:
    first = Started(place / "data", "--no-demo")
    first.await_ready()
    database = first.pids()["database"]
    os.kill(first.process.pid, signal.SIGKILL)
    first.process.wait(5)

    with started(place / "data", "--no-demo") as second:
        assert not _lives(database)
        assert second.readiness()[0] == 200


def _is_named(platform: Started, part: str) -> bool:
    """Tell whether readiness is refused because of a part; that of others may go by while the machine is slow."""
    status, report = platform.readiness()
    return status == 503 and part in " ".join(report["problems"])


def _same(before: dict[str, int], after: dict[str, int]) -> set[str]:
    return {name for name, pid in before.items() if after.get(name) == pid}


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
