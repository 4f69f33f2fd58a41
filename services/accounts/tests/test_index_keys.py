"""The blind index has a key of its own: another takes its place while people are found, and the former is refused."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from libs.db import Database
from libs.ids import new_id
from services.accounts.__main__ import main
from services.accounts.bootstrap import create_app, open_vault, reindex_persons
from services.accounts.core.store.index_keys import DERIVED, IndexKeyError, read_index_keys
from services.accounts.core.store.vault import MasterKeyError
from services.accounts.tests.platform import Platform, add_units, must, start_platform
from tests.support.postgres import FreshDatabase

ROOT = Path(__file__).resolve().parents[3]
PHONE, OTHER_PHONE = "13800000001", "13800000002"
RESIDENT = {"kind": "resident", "number": "11010519491231002X"}
MANY = 260
Run = Callable[..., Result]


@pytest.fixture
def platform(fresh_database: FreshDatabase, tmp_path: Path) -> Iterator[Platform]:
    """A platform whose index has keys of its own."""
    platform = start_platform(fresh_database("accounts"), tmp_path, index_key_file=tmp_path / "index.key")
    add_units(platform)
    yield platform
    platform.database.dispose()


@pytest.fixture
def derived(fresh_database: FreshDatabase, tmp_path: Path) -> Iterator[Platform]:
    """A platform whose index has its key from the master key."""
    platform = start_platform(fresh_database("accounts"), tmp_path)
    add_units(platform)
    yield platform
    platform.database.dispose()


@pytest.fixture
def run_on(monkeypatch: pytest.MonkeyPatch) -> Callable[[Platform], Run]:
    """Run commands on a platform, with its settings of now."""

    def on(platform: Platform) -> Run:
        def invoke(*arguments: str) -> Result:
            for name, value in _variables(platform).items():
                monkeypatch.setenv(name, value)
            return CliRunner().invoke(main, list(arguments))

        return invoke

    return on


@pytest.fixture
def run(platform: Platform, run_on: Callable[[Platform], Run]) -> Run:
    """Run commands on the platform whose index has keys of its own."""
    return run_on(platform)


def test_people_are_found_before_during_and_after_and_the_former_key_is_refused(
    platform: Platform, run: Run, tmp_path: Path
) -> None:
    person_id = platform.register("王兰", phone_number=PHONE, id_number=RESIDENT)
    former = read_index_keys(tmp_path / "index.key").newest
    assert _all_that_find(platform) == {person_id}

    assert run("rotate-index-key", "--out", str(tmp_path / "two")).exit_code == 0
    earlier = replace(platform, app=platform.app)
    _restart(platform, tmp_path / "two")
    assert _all_that_find(platform) == {person_id}
    younger = platform.register("李梅", phone_number=OTHER_PHONE)
    assert _find(earlier, OTHER_PHONE) == {younger}, "a process that was not started anew finds who is new"

    assert run("reindex").output.splitlines()[-1].endswith("0 left")
    assert "is in use" in run("retire-index-key", former).output
    assert run("rotate-index-key", "--out", str(tmp_path / "one"), "--alone").exit_code == 0
    _restart(platform, tmp_path / "one")
    assert _all_that_find(platform) == {person_id}
    assert run("retire-index-key", former).exit_code == 0
    assert _all_that_find(platform) == {person_id}
    assert _find(platform, OTHER_PHONE) == {younger}
    assert platform.sign_in(PHONE).person_id == person_id

    assert platform.rows("SELECT count(DISTINCT key_id) FROM person_index") == [(1,)]
    for file in ("index.key", "two"):
        with pytest.raises(MasterKeyError, match=f"{former} is retired"):
            open_vault(replace(platform.settings, index_key_file=tmp_path / file), platform.database)


def test_a_key_is_not_left_out_before_everybody_is_changed_over(platform: Platform, run: Run, tmp_path: Path) -> None:
    platform.register("王兰", phone_number=PHONE)
    former = read_index_keys(tmp_path / "index.key").newest
    run("rotate-index-key", "--out", str(tmp_path / "two"))
    _restart(platform, tmp_path / "two")
    run("rotate-index-key", "--out", str(tmp_path / "one"), "--alone")

    with pytest.raises(MasterKeyError, match=f"by the index key {former}, which is not in the file"):
        open_vault(replace(platform.settings, index_key_file=tmp_path / "one"), platform.database)
    assert "exists" in run("rotate-index-key", "--out", str(tmp_path / "two")).output


def test_a_platform_without_a_file_gets_one_and_its_first_master_key_can_go(
    derived: Platform, run_on: Callable[[Platform], Run], tmp_path: Path
) -> None:
    """What was derived from the oldest master key lives on in the file, so no old master key is needed any more."""
    run, newest_alone = run_on(derived), tmp_path / "newest"
    person_id = derived.register("王兰", phone_number=PHONE, household="门牌12号")
    assert run("rotate-index-key", "--out", str(tmp_path / "index.key")).exit_code == 0
    assert list(read_index_keys(tmp_path / "index.key").keys)[1:] == [DERIVED]
    _restart(derived, tmp_path / "index.key")
    assert run("reindex").exit_code == 0
    assert run("add-master-key", "--out", str(tmp_path / "masters")).exit_code == 0
    newest_alone.touch(0o600)
    newest_alone.write_text((tmp_path / "masters").read_text().splitlines()[0] + "\n")
    with pytest.raises(MasterKeyError, match="are wrapped by the master key"):
        open_vault(replace(derived.settings, master_key_file=newest_alone), derived.database)

    derived.settings = replace(derived.settings, master_key_file=tmp_path / "masters")
    assert run("rewrap-keys").exit_code == 0
    derived.settings = replace(derived.settings, master_key_file=newest_alone)
    _restart(derived, tmp_path / "index.key")
    derived.register("李梅", household="门牌12号")

    assert _find(derived, PHONE) == {person_id}
    homes = derived.rows("SELECT DISTINCT household_id FROM person WHERE household_id IS NOT NULL")
    assert len(homes) == 1
    assert derived.sign_in(PHONE).person_id == person_id


def test_re_indexing_is_killed_in_the_middle_under_load_and_goes_on(
    platform: Platform, run: Run, tmp_path: Path
) -> None:
    people = [platform.register(f"人{number}", phone_number=f"139{number:08}") for number in range(MANY)]
    run("rotate-index-key", "--out", str(tmp_path / "two"))
    _restart(platform, tmp_path / "two")
    newest = read_index_keys(tmp_path / "two").newest
    behind = "SELECT count(DISTINCT person_id) FROM person_index WHERE person_id NOT IN (SELECT person_id"
    behind += f" FROM person_index WHERE key_id = '{newest}')"

    command = [sys.executable, "-m", "services.accounts", "reindex"]
    process = subprocess.Popen(command, cwd=ROOT, env=_variables(platform), stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert b"done" in process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    ((left,),) = platform.rows(behind)
    assert 0 < left < MANY + 2

    stop, missed = threading.Event(), list[str]()
    load = threading.Thread(target=_look_and_change, args=(platform, people, stop, missed))
    load.start()
    progress: list[tuple[int, int]] = []
    assert reindex_persons(platform.settings, database=platform.database, tell=lambda *at: progress.append(at)) == 0
    stop.set()
    load.join()

    assert missed == []
    assert platform.rows(behind) == [(0,)]
    assert [left for _, left in progress] == sorted((left for _, left in progress), reverse=True)
    assert progress[-1][0] <= left + MANY // 2


@pytest.mark.parametrize("text", ["", "ab:AAAA\n", "digests:AAAA\n", "nothing"])
def test_a_file_that_holds_no_keys_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "index.key"
    path.touch(0o600)
    path.write_text(text)

    with pytest.raises(IndexKeyError):
        read_index_keys(path)


def _variables(platform: Platform) -> dict[str, str]:
    settings = platform.settings
    variables = {
        "ACCOUNTS_DATABASE_URL": settings.database_url,
        "ACCOUNTS_MASTER_KEY_FILE": str(settings.master_key_file),
    }
    file = settings.index_key_file
    return variables | ({"ACCOUNTS_INDEX_KEY_FILE": str(file)} if file is not None else {})


def _restart(platform: Platform, index_key_file: Path) -> None:
    """Start the platform anew with another file."""
    platform.settings = replace(platform.settings, index_key_file=index_key_file)
    platform.app = create_app(platform.settings, clock=platform.clock, database=Database(platform.database.url))
    platform.callers.clear()


def _find(platform: Platform, text: str) -> set[str]:
    return {person["person_id"] for person in must(platform.a.get("/v1/persons", q=text))["items"]}


def _all_that_find(platform: Platform) -> set[str]:
    """Return who is found by number, name, sign-in name and identity number; it should be one."""
    texts = (PHONE, "王兰", RESIDENT["number"])
    everybody = [_find(platform, text) for text in texts]
    assert all(people == everybody[0] for people in everybody), everybody
    return everybody[0]


def _look_and_change(platform: Platform, people: list[str], stop: threading.Event, missed: list[str]) -> None:
    """What a desk does meanwhile: look people up, rename them, look them up again."""
    number = 0
    while not stop.is_set():
        number = (number + 1) % len(people)
        if people[number] not in _find(platform, f"139{number:08}"):
            missed.append(f"number {number}")
        name = f"新{new_id().hex[-8:]}"
        path = f"/v1/persons/{people[number]}"
        platform.a.client.post(
            f"{path}/details",
            json={"names": {"zh": name}},
            headers=_headers(platform, str(must(platform.a.get(path))["version"])),
        )
        if people[number] not in _find(platform, name):
            missed.append(f"name {number}")


def _headers(platform: Platform, version: str) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {platform.a.token}",
        "Idempotency-Key": str(new_id()),
        "If-Match": f'"{version}"',
    }
