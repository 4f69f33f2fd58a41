"""Every role of every service starts from its variables, becomes ready, serves, and ends on SIGTERM."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import urllib3

from libs.bus.postgres import PostgresBroker
from libs.clock import monotonic
from libs.db.embedded import free_port
from tests.architecture.deployment import SERVICES, program_of
from tests.support.postgres import FreshDatabase

ROOT = Path(__file__).resolve().parents[2]
SECONDS_MAX = 120


@dataclass(frozen=True)
class Role:
    """One running process."""

    name: str
    process: subprocess.Popen[bytes]
    url: str

    def is_ready(self) -> bool:
        """Tell whether it says so."""
        try:
            return urllib3.request("GET", f"{self.url}/readyz", timeout=5, retries=False).status == 200
        except urllib3.exceptions.HTTPError:
            assert self.process.poll() is None, f"{self.name} ended with {self.process.returncode}"
            return False


Start = Callable[[str], Role]


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def variables(service: str, fresh_database: FreshDatabase, tmp_path: Path) -> dict[str, str]:
    urls, bus, prefix = fresh_database(service), fresh_database("bus"), service.upper()
    _declare_topics_of_the_others(bus.app, service)
    found = {f"{prefix}_DATABASE_URL": urls.app, f"{prefix}_OWNER_URL": urls.owner, f"{prefix}_BUS_URL": bus.app}
    return found | {
        "ACCOUNTS_MASTER_KEY_FILE": str(tmp_path / "accounts.master.key"),
        "ORDERS_DOOR_KEY": "door-key-of-the-tests",
        "ORDERS_SCAN_KEY": "scan-key-of-the-tests",
        "LEDGER_SIGNING_KEY_FILE": str(tmp_path / "ledger.signing.key"),
        "LEDGER_LOG_FOLDER": str(tmp_path / "log"),
        "LEDGER_LOG_NAME": "time.tests.local/ledger",
    }


@pytest.fixture
def start(service: str, variables: dict[str, str]) -> Iterator[Start]:
    running: list[Role] = []

    def begin(role: str) -> Role:
        port = free_port()
        environment = variables | {f"{service.upper()}_PORT": str(port), f"{service.upper()}_API_WORKERS": "1"}
        process = subprocess.Popen(_command(service, role), cwd=ROOT, env=environment)
        running.append(Role(role, process, f"http://127.0.0.1:{port}"))
        return running[-1]

    yield begin
    for role in running:
        role.process.kill()
        role.process.wait()


def test_the_roles_of_a_service_start_and_end(service: str, variables: dict[str, str], start: Start) -> None:
    migrated = subprocess.run(
        _command(service, "migrate"), cwd=ROOT, env=variables, capture_output=True, text=True, check=False
    )
    assert migrated.returncode == 0, migrated.stderr

    # The API first: accounts makes its keys at its first start.
    roles = [start("api")]
    _until(roles[0].is_ready)
    roles += [start(name) for name in ("consumer", "relay", *program_of(service).background)]
    for role in roles:
        _until(role.is_ready)

    document = urllib3.request("GET", f"{roles[0].url}/openapi.json", timeout=10).json()
    assert any(path.startswith("/v1/") for path in document["paths"])
    assert [_end(role) for role in roles] == [0] * len(roles)


def _declare_topics_of_the_others(bus_url: str, service: str) -> None:
    """Do what the other services' `migrate` does: a consumer waits for the topics it hears."""
    broker = PostgresBroker(bus_url)
    for other in SERVICES:
        if other != service:
            broker.declare_topics(program_of(other).topics)
    broker.close()


def _command(service: str, role: str) -> list[str]:
    return [sys.executable, "-m", f"services.{service}", role]


def _until(is_so: Callable[[], bool]) -> None:
    end = monotonic() + SECONDS_MAX
    while not is_so():
        assert monotonic() < end
        signal.sigtimedwait([], 0.1)


def _end(role: Role) -> int:
    role.process.send_signal(signal.SIGTERM)
    return role.process.wait(SECONDS_MAX)
