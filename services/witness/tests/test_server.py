"""The witness as a process of its own: over HTTP, killed, and started again."""

from __future__ import annotations

import http.client
import itertools
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from libs.db.embedded import free_port
from libs.tlog.notes import Checkpoint, Note
from services.witness.server import Server
from services.witness.tests.support import SomeLog
from services.witness.witness import add_log

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    add_log(tmp_path / "witness", str(SomeLog().family_key()))
    made = Server(tmp_path / "witness", 0)
    thread = threading.Thread(target=made.serve)
    thread.start()
    yield made
    made.stop()
    thread.join()


def _ask(port: int, method: str, path: str, body: str | None = None) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request(method, path, body.encode() if body is not None else None)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def test_it_cosigns_and_shows_heads_over_http(server: Server) -> None:
    status, line = _ask(server.port, "POST", "/add-checkpoint", SomeLog().submission(0, 5))

    assert status == 200
    note = Note.parse(str(SomeLog().note(5)) + line)
    assert note.signers([server.witness.key]) == {server.witness.key}
    assert _ask(server.port, "GET", "/vkey") == (200, f"{server.witness.key}\n")
    assert _ask(server.port, "POST", "/add-checkpoint", SomeLog().submission(0, 5))[0] == 409


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/add-checkpoint", 405),
        ("GET", "/heads/../witness.seed", 404),
        ("GET", "/x", 404),
        ("PUT", "/vkey", 405),
    ],
)
def test_everything_else_is_refused(server: Server, method: str, path: str, status: int) -> None:
    assert _ask(server.port, method, path)[0] == status


def test_a_body_that_is_too_large_is_refused(server: Server) -> None:
    assert _ask(server.port, "POST", "/add-checkpoint", "x" * 70_000)[0] == 413


def test_every_head_that_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    folder, port, log = tmp_path / "witness", free_port(), SomeLog()
    add_log(folder, str(log.family_key()))
    acknowledged = 0
    for round_number in range(3):
        process = _start(folder, port)
        killer = threading.Timer(0.25 + 0.1 * round_number, process.kill)
        killer.start()
        acknowledged = _grow_until_it_dies(port, log, acknowledged)
        process.wait(10)
    process = _start(folder, port)

    status, size = _ask(port, "POST", "/add-checkpoint", log.submission(0, 999))

    assert status == 409
    # One head may have been remembered whose answer the kill cut off.
    assert acknowledged <= int(size) <= acknowledged + 1
    assert acknowledged > 3
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0


def _start(folder: Path, port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "services.witness", "run", "--folder", str(folder), "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    for _ in range(500):
        try:
            _ask(port, "GET", "/livez")
            return process
        except OSError:
            time.sleep(0.02)
    raise AssertionError("the witness did not start")


def _grow_until_it_dies(port: int, log: SomeLog, size: int) -> int:
    known = size
    for _ in itertools.repeat(None, 900):
        try:
            status, body = _ask(port, "POST", "/add-checkpoint", log.submission(known, known + 1))
        except (OSError, http.client.HTTPException):
            return size
        if status == 409:
            known = int(body)
            continue
        assert status == 200
        assert Checkpoint.parse(log.note(known + 1).text).size == known + 1
        size = known = known + 1
    raise AssertionError("it was not killed")
