"""Each role is a process: it starts from its variables, does its part, says how it is, and ends on SIGTERM."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
import urllib3

from libs.clock import monotonic
from libs.db import Database
from libs.db.embedded import free_port
from libs.ids import new_id
from libs.outbox import OutgoingEvent, append
from tests.support.postgres import FreshDatabase

ROOT = Path(__file__).resolve().parents[2]
SECONDS_MAX = 60
Start = Callable[[str], tuple["subprocess.Popen[bytes]", str]]


@pytest.fixture
def variables(fresh_database: FreshDatabase) -> dict[str, str]:
    urls, bus = fresh_database("sample"), fresh_database("bus")
    return {"SAMPLE_DATABASE_URL": urls.app, "SAMPLE_OWNER_URL": urls.owner, "SAMPLE_BUS_URL": bus.app}


@pytest.fixture
def start(variables: dict[str, str]) -> Iterator[Start]:
    started: list[subprocess.Popen[bytes]] = []

    def begin(role: str) -> tuple[subprocess.Popen[bytes], str]:
        port = free_port()
        started.append(subprocess.Popen(_command(role), cwd=ROOT, env=variables | {"SAMPLE_PORT": str(port)}))
        return started[-1], f"http://127.0.0.1:{port}"

    yield begin
    for process in started:
        process.kill()
        process.wait()


def test_the_roles_together_carry_an_event_from_the_outbox_to_its_effect(
    variables: dict[str, str], start: Start
) -> None:
    done = subprocess.run(_command("migrate"), cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    database = Database(variables["SAMPLE_DATABASE_URL"])
    with database.transaction() as connection:
        append(connection, _event())

    running = [start("relay"), start("consumer"), start("counter")]

    _until(lambda: _values(database, "SELECT subject FROM applied") == ["s1"])
    _until(lambda: _values(database, "SELECT subject FROM known ORDER BY subject") == ["counter", "due"])
    for _, url in running:
        _until(lambda url=url: _get(f"{url}/readyz").status == 200)  # type: ignore[misc]
        assert _get(f"{url}/livez").json() == {"status": "alive"}
        assert "python_info" in _get(f"{url}/metrics").data.decode()
        assert _get(f"{url}/elsewhere").status == 404
    assert [_end(process) for process, _ in running] == [0, 0, 0]
    database.dispose()


def test_the_api_role_serves_tells_inside_what_is_wrong_and_ends(variables: dict[str, str], start: Start) -> None:
    variables["SAMPLE_INSIDE_PORT"] = str(free_port())
    inside = f"http://127.0.0.1:{variables['SAMPLE_INSIDE_PORT']}"
    process, url = start("api")

    _until(lambda: _status(f"{url}/readyz") == 200)
    assert _get(f"{url}/readyz").json() == {"status": "ready"}
    assert _get(f"{url}/metrics").status == 404
    assert _get(f"{inside}/readyz").json() == {"status": "ready", "problems": {}}
    assert "python_info" in _get(f"{inside}/metrics").data.decode()
    assert _get(f"{inside}/openapi.json").status == 404
    assert "Server" not in {**_get(f"{url}/livez").headers, **_get(f"{inside}/livez").headers}
    forged = {
        "Host": f"127.0.0.1:{variables['SAMPLE_INSIDE_PORT']}",
        "X-Forwarded-Port": variables["SAMPLE_INSIDE_PORT"],
    }
    assert urllib3.request("GET", f"{url}/metrics", headers=forged, timeout=10).status == 404
    assert _get(f"{url}/openapi.json").json()["info"]["title"] == "hello"
    assert _end(process) == 0


@pytest.mark.parametrize(
    ("role", "missing"),
    [("api", "SAMPLE_DATABASE_URL"), ("consumer", "SAMPLE_BUS_URL"), ("migrate", "SAMPLE_OWNER_URL")],
)
def test_a_role_without_its_variable_stops_with_its_name(variables: dict[str, str], role: str, missing: str) -> None:
    environment = {name: value for name, value in variables.items() if name != missing}

    done = subprocess.run(_command(role), cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    assert done.returncode != 0
    assert missing.removeprefix("SAMPLE") in done.stderr


def _command(role: str) -> list[str]:
    return [sys.executable, "-m", "tests.support.sample", role]


def _event() -> OutgoingEvent:
    return OutgoingEvent(
        event_id=new_id(),
        event_type="sample.v1.Happened",
        topic="sample.v1",
        stream="north",
        key="north",
        subject="s1",
        payload=b"x",
        occurred_at=datetime(2026, 3, 1, tzinfo=UTC),
    )


def _values(database: Database, query: str) -> list[object]:
    with database.reading() as connection:
        return list(connection.scalars(sa.text(query)))


def _status(url: str) -> int:
    try:
        return _get(url).status
    except urllib3.exceptions.HTTPError:
        return 0


def _get(url: str) -> urllib3.BaseHTTPResponse:
    return urllib3.request("GET", url, timeout=5, retries=False)


def _until(is_so: Callable[[], bool]) -> None:
    end = monotonic() + SECONDS_MAX
    while not is_so():
        assert monotonic() < end
        signal.sigtimedwait([], 0.05)


def _end(process: subprocess.Popen[bytes]) -> int:
    process.send_signal(signal.SIGTERM)
    return process.wait(SECONDS_MAX)
