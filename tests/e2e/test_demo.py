"""The main flow as `make demo` plays it, also while parts of the platform are killed; afterwards all books agree."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from libs.clock import local_date, local_midnight
from libs.ids import new_id
from services.accounts.core.store.vault import create_master_key_file
from services.ledger.domain.wallets import WalletClass
from services.operator.demo import PASSWORD
from services.operator.http import Caller
from services.operator.platform import find
from tests.e2e.platform import ROOT, Started, run, started
from tests.e2e.test_metrics import value

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def city(lasting_place: Path) -> Iterator[Started]:
    """Give a platform with a small demo city."""
    with started(lasting_place / "data", "--city-orders", "6") as platform:
        yield platform


def timebank(platform: Started, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the operator's command on a platform."""
    return run("services.operator", "--data", str(platform.folder), *arguments, seconds=300)


@pytest.mark.parametrize(("sampled_percent", "result"), [(0, "approved"), (100, "skipped")])
def test_the_demo_ends_with_the_exact_minutes_and_explains_them(
    city: Started, sampled_percent: int, result: str
) -> None:
    version = publish_sampling(city, percent=sampled_percent)

    played = timebank(city, "demo")

    assert played.returncode == 0, played.stdout + played.stderr
    assert "115 minutes served, 90 credited, 30 released" in played.stdout
    assert f"approval     {result}" in played.stdout
    assert ("Drawn at random" in played.stdout) is (result == "skipped")
    assert f"policy version {version}" in played.stdout
    assert "c2sp.org/tlog-proof" in played.stdout


def test_the_figures_of_the_operator_are_those_that_everybody_may_see(city: Started) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{city.port}/v1/supply/months", timeout=60) as answer:
        months = json.load(answer)["items"]
    last = {month["district_id"]: month for month in months}.values()
    spent = sum(month["spent_minutes"] for month in months)
    outstanding, pool = (sum(month[f"{name}_minutes"] for month in last) for name in ("outstanding", "pool"))

    assert spent > 0
    city.await_that(lambda: value(city, "ledger_redeemed_minutes") == spent, seconds=60)
    assert value(city, "ledger_outstanding_minutes") == outstanding
    assert value(city, "ledger_pool_minutes") == pool
    assert value(city, "orders_queue_orders") >= 0


def test_the_demo_finishes_though_every_process_is_killed_in_its_middle(city: Started) -> None:
    command = [sys.executable, "-u", "-m", "services.operator", "--data", str(city.folder), "demo"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as played:
        assert played.stdout is not None
        lines = []
        for line in played.stdout:
            lines.append(line)
            if "takes it" in line:
                _kill(city, "worker", "api")
            if "checks out" in line:
                _kill(city, "database")

    assert played.returncode == 0, "".join(lines) + city.printed()[-1500:]
    assert "90 credited" in lines[-1]


def test_ledger_and_services_are_whole_afterwards(city: Started) -> None:
    verified, reconciled = timebank(city, "verify"), timebank(city, "reconcile")

    assert verified.returncode == 0, verified.stdout
    assert reconciled.returncode == 0, reconciled.stdout


def test_status_and_events_say_that_all_is_well(city: Started) -> None:
    city.await_ready()
    status, events = timebank(city, "status"), timebank(city, "events", "list")

    assert status.returncode == 0, status.stdout
    assert "nothing is set aside" in events.stdout


def test_what_is_exported_agrees_with_the_running_platform(city: Started, place: Path) -> None:
    plain, opened, master = place / "plain", place / "opened", city.folder / "secrets" / "accounts.master.key"
    supply = Caller(f"http://127.0.0.1:{city.port}").get("/v1/supply")["items"]

    made = [
        timebank(city, "export", str(plain)),
        timebank(city, "export", str(opened), "--with-personal-data", str(master)),
    ]
    checked = check_export(opened, "--trust", str(opened / "ledger" / "trust"))

    assert [done.returncode for done in made] == [0, 0], [done.stdout + done.stderr for done in made]
    assert checked.returncode == 0, checked.stdout
    assert check_export(plain).returncode == 0
    for district in supply:
        sums = ", ".join(f"{name} {minutes}" for name, minutes in sorted_by_class(district["minutes"]) if minutes)
        assert f"minutes: {sums or 'none'}" in line_of(district["district_id"], checked.stdout)
    people = {json.loads(line)["person_id"]: json.loads(line)["opened"] for line in (
        opened / "accounts" / "person_identity.jsonl").read_text().splitlines()}  # fmt: skip
    names = {fields["names"]["zh"] for fields in people.values() if fields}
    assert len(names) > 2
    plainly = "".join(path.read_text() for path in plain.rglob("*.*") if path.is_file())
    assert [name for name in names if f'"{name}"' in plainly] == [], "no name without the key"
    assert not (plain / "accounts" / "person_identity.jsonl").exists()


def test_an_export_by_the_readers_urls_is_the_one_of_the_data_folder(city: Started, place: Path) -> None:
    """As from a desk: no data folder, but four databases by roles that may only read."""
    readers = find(city.folder).readers
    desk = {f"OPERATOR_{name.upper()}_URL": url for name, url in readers.items()}
    desk |= {"OPERATOR_LOG_FOLDER": str(city.folder / "ledger-log")}

    city.await_that(lambda: value(city, "ledger_unsealed_entries") == 0, seconds=90)
    made = timebank(city, "export", str(place / "here"))
    by_urls = run("services.operator", "export", str(place / "there"), seconds=300, more=desk)

    assert (made.returncode, by_urls.returncode) == (0, 0), made.stderr + by_urls.stderr
    assert all("_reader" in url for url in readers.values())
    assert files_of(place / "there") == files_of(place / "here")
    assert check_export(place / "there", "--trust", str(place / "here" / "ledger" / "trust")).returncode == 0


def test_personal_data_are_not_opened_with_another_key(city: Started, place: Path) -> None:
    other = place / "other.key"
    create_master_key_file(other)
    other.chmod(0o600)

    wrong = timebank(city, "export", str(place / "export"), "--with-personal-data", str(other))
    other.chmod(0o644)
    readable = timebank(city, "export", str(place / "more"), "--with-personal-data", str(other))

    assert wrong.returncode == 1
    assert "another master key" in wrong.stderr
    assert not (place / "export" / "manifest.json").exists()
    assert readable.returncode == 1
    assert not (place / "more").exists()


def check_export(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the standalone program on an export."""
    command = [sys.executable, str(ROOT / "docs" / "verify" / "verify_export.py"), str(folder), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def files_of(export: Path) -> dict[str, tuple[int, str]]:
    """Return the rows and the SHA-256 of each file of an export."""
    files = json.loads((export / "manifest.json").read_text())["files"]
    return {file["path"]: (file["rows"], file["sha256"]) for file in files}


def sorted_by_class(minutes: dict[str, int]) -> list[tuple[str, int]]:
    """Put sums of a district into the order in which the standalone program tells them."""
    return [(wallet_class.name.lower(), minutes.get(wallet_class.name.lower(), 0)) for wallet_class in WalletClass]


def line_of(district: str, printed: str) -> str:
    """Return the line that tells a district's sums."""
    return next(line for line in printed.split("\n") if line.startswith(district))


def publish_sampling(platform: Started, *, percent: int) -> int:
    """Let such a share of the hours be drawn for the second check from the next day on; return the rules' version."""
    url = f"http://127.0.0.1:{platform.port}"
    clock, admin, city_admin = (Caller(url, login=login, password=PASSWORD) for login in ("", "admin", "cityadmin"))
    admin.sign_in()
    city_admin.sign_in()
    unit = admin.get(f"/v1/persons/{admin.person_id}")["district_id"]
    tomorrow = local_date(datetime.fromisoformat(clock.get("/demo/clock")["now"])) + timedelta(days=1)
    path = f"/v1/policies/{new_id()}"
    changes = {"review": {"sample_rate_percent": percent}}
    admin.put(path, {"unit_id": unit, "effective": tomorrow.isoformat(), "set": changes})
    decided = city_admin.post(f"{path}/decision", {"ok": True})
    clock.call("PUT", "/demo/clock", {"now": (local_midnight(tomorrow) + timedelta(hours=8)).isoformat()})
    clock.get("/demo/settled")
    return int(decided["policy_version"])


def _kill(platform: Started, *names: str) -> None:
    pids = platform.pids()
    for name in names:
        os.kill(pids[name], signal.SIGKILL)
