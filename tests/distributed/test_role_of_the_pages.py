"""The pages run as a role like the others: ready when their API answers, alive without asking, ended by SIGTERM."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
import urllib3

from libs.clock import monotonic
from libs.db.embedded import free_port
from tests.architecture import compose
from tests.distributed.test_roles_of_services import ROOT, SECONDS_MAX
from tests.support.wsgi import serving


@dataclass
class FakeApi:
    """Answers whether accounts is ready, as it is told to."""

    status: str = "200 OK"
    asked: list[str] = field(default_factory=list)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        self.asked.append(environ["PATH_INFO"])
        start_response(self.status, [("Content-Length", "0")])
        return []


@pytest.fixture
def api() -> Iterator[tuple[FakeApi, str]]:
    fake = FakeApi()
    with serving(fake) as url:
        yield fake, url


@contextlib.contextmanager
def _pages(folder: Path, api_url: str) -> Iterator[tuple[subprocess.Popen[bytes], str, str]]:
    secret = folder / "web.secret"
    secret.write_text("x" * 32)
    secret.chmod(0o600)
    port, inside = free_port(), free_port()
    variables = {
        "WEB_API_URL": api_url,
        "WEB_SECRET_FILE": str(secret),
        "WEB_SESSIONS_FILE": str(folder / "sessions" / "sessions.sqlite"),
        "WEB_PROGRAMME_NAME": "互助时间平台",
        "WEB_PORT": str(port),
        "WEB_INSIDE_PORT": str(inside),
        "WEB_API_WORKERS": "1",
    }
    process = subprocess.Popen([sys.executable, "-m", "services.web", "pages"], cwd=ROOT, env=variables)
    try:
        yield process, f"http://127.0.0.1:{port}", f"http://127.0.0.1:{inside}"
    finally:
        process.kill()
        process.wait()


def test_the_pages_are_ready_when_their_api_answers_and_end_on_sigterm(
    tmp_path: Path, api: tuple[FakeApi, str]
) -> None:
    fake, url = api
    with _pages(tmp_path, url) as (process, outside, inside):
        _until(lambda: _status(f"{outside}/readyz") == 200)
        page = urllib3.request("GET", f"{outside}/", timeout=10, redirect=False)
        assert page.status in (200, 302, 303)

        fake.status = "503 Service Unavailable"
        _until(lambda: _status(f"{outside}/readyz") == 503)
        outer = urllib3.request("GET", f"{outside}/readyz", timeout=10).json()
        inner = urllib3.request("GET", f"{inside}/readyz", timeout=10).json()
        fake.asked.clear()
        alive = urllib3.request("GET", f"{outside}/livez", timeout=10).json()

        assert outer == {"status": "not ready"}
        assert inner["problems"] == {"api": "answers 503 to /accounts/readyz"}
        assert (alive, fake.asked) == ({"status": "alive"}, [])
        assert _status(f"{inside}/metrics") == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS_MAX) == 0


def test_the_health_check_of_compose_says_what_readyz_says(tmp_path: Path, api: tuple[FakeApi, str]) -> None:
    fake, url = api
    check = compose.load(ROOT / "docker" / "compose.yaml")["services"]["web"]["healthcheck"]["test"]
    with _pages(tmp_path, url) as (_, outside, _inside):
        port = outside.rsplit(":", 1)[1]
        command = [part.replace("8000", port).replace("$$", "$") for part in check[1:]]
        _until(lambda: subprocess.run(command, check=False, capture_output=True).returncode == 0)

        fake.status = "503 Service Unavailable"
        _until(lambda: subprocess.run(command, check=False, capture_output=True).returncode != 0)
        assert _status(f"{outside}/readyz") == 503


def test_pages_whose_api_is_away_live_and_are_not_ready(tmp_path: Path) -> None:
    with _pages(tmp_path, "http://127.0.0.1:9") as (_, outside, inside):
        _until(lambda: _status(f"{outside}/livez") == 200)

        assert _status(f"{outside}/readyz") == 503
        assert "does not answer" in urllib3.request("GET", f"{inside}/readyz", timeout=10).json()["problems"]["api"]


def test_a_secret_that_others_may_read_stops_the_start(tmp_path: Path) -> None:
    secret = tmp_path / "web.secret"
    secret.write_text("x" * 32)
    secret.chmod(0o644)
    variables = {
        "WEB_API_URL": "http://127.0.0.1:9",
        "WEB_SECRET_FILE": str(secret),
        "WEB_SESSIONS_FILE": str(tmp_path / "sessions.sqlite"),
        "WEB_PROGRAMME_NAME": "x",
        "WEB_PORT": str(free_port()),
    }

    ended = subprocess.run(
        [sys.executable, "-m", "services.web", "pages"], cwd=ROOT, env=variables, capture_output=True, check=False
    )

    assert ended.returncode == 1
    assert b"it must have mode 0600" in ended.stderr


def _status(url: str) -> int:
    try:
        return urllib3.request("GET", url, timeout=5, retries=False).status
    except urllib3.exceptions.HTTPError:
        return 0


def _until(is_so: Callable[[], bool]) -> None:
    end = monotonic() + SECONDS_MAX
    while not is_so():
        assert monotonic() < end
        signal.sigtimedwait([], 0.1)
