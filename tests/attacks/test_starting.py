"""Every way in which a newcomer comes must start: the first door."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from libs.db import programs as server_programs
from libs.db.embedded import EmbeddedPostgres
from libs.db.programs import ProgramsUnreachableError, binaries, reachable_programs, unprivileged_user
from services.embedded import server
from services.embedded.folder import DataFolder
from tests.e2e.platform import ROOT, free_port

OWN_WORLD = """
ip link set lo up && echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6 && mount --bind "$1" /var/lib || exit 1
shift; exec "$@"
"""
SHARED = ("requirements", "libs", "services", "proto", "Makefile", "pyproject.toml")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the database as somebody else")


@pytest.fixture
def private() -> Iterator[Path]:
    """A folder that only we can enter, with what a fallback makes outside of it taken away afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="timebank-private-"))
    folder.chmod(0o700)
    yield folder
    for clone in folder.iterdir():
        shutil.rmtree(server.fallback_of(clone / "var"), ignore_errors=True)
    shutil.rmtree(folder)


def _clone(folder: Path) -> Path:
    """Put the project into a new folder, with an environment that is installed already."""
    folder.mkdir()
    for name in SHARED:
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy2)(ROOT / name, folder / name)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    (folder / ".make").mkdir()
    (folder / ".make" / "runtime").touch()
    return folder


def _private_programs(folder: Path) -> Path:
    """Copy the database's programs to where only we can reach them, as an environment of our own holds them."""
    package, site = binaries().parents[1], folder / "site"
    shutil.copytree(package, site / package.name)
    shutil.copytree(package.parent / server_programs.LIBRARIES, site / server_programs.LIBRARIES)
    return site


@contextlib.contextmanager
def _made(clone: Path, environment: Mapping[str, str | None], *, umask: int = 0o022) -> Iterator[str]:
    """Run `make run` until it is ready; give what it said until then, and stop it."""
    process = _make(clone, environment, "run", "ARGS=--no-demo", umask=umask)
    try:
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if "ready in" in line:
                break
        else:
            raise AssertionError(said[-3000:])
        yield said
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=60)


def _make(
    clone: Path, environment: Mapping[str, str | None], *wanted: str, umask: int = 0o022
) -> subprocess.Popen[str]:
    variables = {name: text for name, text in {**os.environ, **environment}.items() if text is not None}
    outside = clone.parent / "outside"
    outside.mkdir(exist_ok=True)
    outside.chmod(0o755)
    return subprocess.Popen(
        _in_a_world_of_its_own(["make", *wanted, f"PORT={free_port()}"], outside), cwd=clone, env=variables,
        umask=umask, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )  # fmt: skip


def _in_a_world_of_its_own(command: list[str], place: Path) -> list[str]:
    """Run a command without IPv6, and keep in `place` what it puts outside of its clone, where this machine lets us."""
    wrapped = ["unshare", "--net", "--mount", "sh", "-c", OWN_WORLD, "sh", str(place)]
    try:
        allowed = subprocess.run([*wrapped, "true"], capture_output=True, check=False).returncode == 0
    except OSError:
        allowed = False
    return [*wrapped, *command] if allowed else command


@pytest.mark.timeout(600)
def test_a_clone_in_a_private_folder_starts_without_a_home_and_a_second_beside_it_plays_the_demo(private: Path) -> None:
    """Root or not; under a strict umask; without IPv6 where that can be had; HOME unset, and HOME that is read only."""
    site = str(_private_programs(private))
    sealed = private / "home"
    sealed.mkdir(mode=0o500)
    first, second = _clone(private / "first"), _clone(private / "second 社区")

    with _made(first, {"HOME": None, "PYTHONPATH": site}, umask=0o077) as said:
        demo = _make(second, {"HOME": str(sealed), "PYTHONPATH": site}, "demo", "CITY_ORDERS=6")
        played, _ = demo.communicate(timeout=300)

    steps = [line for line in said.splitlines() if line.startswith("[")]
    assert ["database" in steps[0], "migrating" in steps[1], "services" in steps[2]] == [True] * 3
    assert demo.returncode == 0, played[-3000:]
    assert "115 minutes served, 90 credited, 30 released" in played
    assert list(sealed.iterdir()) == []


@as_root
def test_copied_programs_find_their_libraries_and_are_whole_or_not_there(
    private: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = unprivileged_user()
    assert user is not None
    place = Path(tempfile.mkdtemp(prefix="timebank-copies-"))
    place.chmod(0o755)
    monkeypatch.setattr(server_programs, "SHARED_PARENT", place)
    programs = _private_programs(private) / binaries().relative_to(binaries().parents[2])
    before = os.umask(0o077)
    try:
        with monkeypatch.context() as interrupted:
            interrupted.setattr(shutil, "copytree", _full_disk)
            with pytest.raises(ProgramsUnreachableError, match="No space"):
                reachable_programs(programs, user)
        copied = reachable_programs(programs, user)
    finally:
        os.umask(before)

    for name in ("postgres", "initdb", "pg_isready", "psql"):
        done = subprocess.run(
            [copied / name, "--version"], user=user.pw_uid, group=user.pw_gid, extra_groups=[], capture_output=True,
            check=False, cwd="/",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    assert reachable_programs(programs, user) == copied
    assert [path for path in (place / "timebank-programs").iterdir() if path.name.startswith(".")] == []
    shutil.rmtree(place)


@as_root
def test_every_server_from_a_private_folder_runs_not_only_the_platforms(
    private: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also those that the tests of a clone in a private folder start."""
    programs = _private_programs(private) / binaries().relative_to(binaries().parents[2])
    place = Path(tempfile.mkdtemp(prefix="timebank-own-"))
    place.chmod(0o755)
    monkeypatch.setattr(server_programs, "SHARED_PARENT", place)
    monkeypatch.setattr(server_programs, "binaries", lambda: programs)
    server_programs.own_programs.cache_clear()
    try:
        database = EmbeddedPostgres(place / "postgres", free_port())
        database.initialise()
        database.start()
        database.stop()
    finally:
        server_programs.own_programs.cache_clear()
        shutil.rmtree(place)


@as_root
def test_a_private_data_folder_is_kept_elsewhere_whatever_the_umask(
    private: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = unprivileged_user()
    assert user is not None
    place = Path(tempfile.mkdtemp(prefix="timebank-places-"))
    place.chmod(0o755)
    monkeypatch.setattr(server, "FALLBACK_PARENT", place)
    (private / "var").mkdir()
    before = os.umask(0o077)
    try:
        found = server.reachable_place(DataFolder(private / "var"), user)
    finally:
        os.umask(before)

    assert found.parent.parent == place
    assert found.parent.stat().st_mode & 0o777 == 0o755
    shutil.rmtree(place)


def test_a_database_whose_port_was_taken_meanwhile_takes_another() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
        database = EmbeddedPostgres(Path(tempfile.mkdtemp(prefix="timebank-port-")), port)
        database.folder.chmod(0o755)

        server.start(database)

        assert database.is_ready()
        assert database.port != port
        database.stop()
    shutil.rmtree(database.folder)


@pytest.mark.parametrize("status", [0, 3])
def test_what_the_installer_says_is_kept_and_shown_only_when_it_fails(tmp_path: Path, status: int) -> None:
    shutil.copy2(ROOT / "Makefile", tmp_path / "Makefile")
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "runtime.txt").write_text("one==1\ntwo==2\n")
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\n[ "$1" = -c ] && exit 0\necho "noise of pip"; exit {status}\n')
    python.chmod(0o755)

    done = subprocess.run(
        ["make", "install", f"PYTHON={sys.executable}"], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert "[2/3] installing 2 packages" in done.stdout
    assert (tmp_path / ".make" / "install.log").read_text() == "noise of pip\n"
    assert (done.returncode == 0, "noise" in done.stdout + done.stderr) == (status == 0, status != 0)
    assert (tmp_path / ".make" / "runtime").exists() == (status == 0)


def _full_disk(*_arguments: object, **_options: object) -> None:
    raise OSError(28, "No space left on device")
